import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The address of a server, as environment variables for other processes. */
export interface ServerEnvironment {
  /** The same as `server.url`. */
  readonly SMTP_URL: string;
  /** The IP address to connect to. */
  readonly SMTP_HOST: string;
  /** The port. */
  readonly SMTP_PORT: string;
  /** A file with the certificate of the authority, if the server has TLS. */
  readonly NODE_EXTRA_CA_CERTS?: string;
}

/** A file with the authority's certificate, written when it is first asked for. */
export class AuthorityFile {
  readonly #pem: string;
  #folder: string | undefined;

  constructor(pem: string) {
    this.#pem = pem;
  }

  /** Its path. */
  get path(): string {
    if (this.#folder === undefined) {
      this.#folder = mkdtempSync(join(tmpdir(), "envoi-"));
      writeFileSync(join(this.#folder, "ca.pem"), this.#pem);
    }
    return join(this.#folder, "ca.pem");
  }

  /** Deletes it. */
  remove(): void {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }
}
