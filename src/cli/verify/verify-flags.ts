/** The flags of `envoi verify`. */
export interface VerifyFlags {
  readonly json?: boolean;
  readonly ip?: string;
  readonly hello?: string;
  readonly from?: string;
  readonly received?: string;
  readonly dns?: readonly string[];
  readonly zone?: string;
  readonly timeout: string;
}
