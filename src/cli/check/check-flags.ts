/** The flags of `envoi check`. */
export interface CheckFlags {
  readonly json?: boolean;
  readonly user?: string;
  readonly from?: string;
  readonly to?: string;
  readonly hello?: string;
  readonly selector?: readonly string[];
  readonly ca?: readonly string[];
  readonly dns?: readonly string[];
  readonly zone?: string;
  readonly timeout: string;
  readonly connect: boolean;
}
