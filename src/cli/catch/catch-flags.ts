/** The flags of `envoi catch`, as commander reads them. */
export interface CatchFlags {
  readonly smtp: string;
  readonly http: string;
  readonly json?: boolean;
  readonly tls?: string | true;
  readonly cert?: string;
  readonly key?: string;
  readonly users?: string;
  readonly zone?: string;
  readonly clientIp?: string;
  readonly fail?: string;
  readonly keep?: string;
  readonly max: string;
  readonly maxBytes?: string;
  readonly relay?: string;
  readonly relayTo?: readonly string[];
  readonly webhook?: string;
  readonly linkCheck?: boolean;
  readonly host?: readonly string[];
  readonly allowOrigin?: readonly string[];
  readonly auth?: string;
  readonly public?: boolean;
}
