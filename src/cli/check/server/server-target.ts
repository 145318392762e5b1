/** A server that is checked, and how a client would use it. */
export interface ServerTarget {
  readonly host: string;
  readonly port: number;
  /** As `Tls.None`, `Tls.Opportunistic`, `Tls.Required` and `Tls.Wrapper`. */
  readonly tls: "none" | "opportunistic" | "required" | "wrapper";
  /** The name that the certificate must have. */
  readonly name: string;
  /** What a login is tried with. */
  readonly login?: { readonly user: string; readonly password: string } | undefined;
  /** The name in EHLO, if it is not the machine's. */
  readonly helloName?: string | undefined;
}

/** How a server is checked. */
export interface ProbeOptions {
  /** Milliseconds for each step: connecting, a handshake, a reply. */
  readonly timeout: number;
  /** Certificates to trust besides those that Node trusts, in PEM. */
  readonly authorities: readonly string[];
  /** The sender to try; the null sender, or the user of the login, by default. */
  readonly from?: string | undefined;
  /** The recipient to try; the postmaster by default. No content is ever sent. */
  readonly to?: string | undefined;
  /** The recipient if there is no `to`. */
  readonly postmaster?: string | undefined;
}
