/** A port, or a Unix socket, that a server listens on. */
export interface ListeningPlace {
  /** The IP address; empty for a Unix socket. */
  readonly address: string;
  /** 0 for a Unix socket. */
  readonly port: number;
  /** The path of a Unix socket. */
  readonly path?: string;
}
