import type { ExtensionKeyword } from "../extensions.ts";

/** What the server's half of the protocol has to know. */
export interface ServerSettings {
  /** The server's name: in the greeting, in replies, and as the domain of `<Postmaster>`. */
  readonly hostname: string;
  /** What the greeting says behind the name. */
  readonly banner: string;
  /** The largest message in octets; 0 where there is no limit. */
  readonly maxMessageSize: number;
  /** The longest command line in octets, its end included. */
  readonly maxLineLength: number;
  /** How many recipients a transaction may have. */
  readonly maxRecipients: number;
  /** How many commands may be wrong before the connection is closed. */
  readonly maxErrors: number;
  /** How many attempts to authenticate may fail; at the last the connection is closed. */
  readonly maxAuthAttempts: number;
  /** Keeps bare CR, bare LF and NUL in content as data, and takes a bare LF for the end of a command. */
  readonly lenient: boolean;
  /** Whether STARTTLS can be done. */
  readonly starttls: boolean;
  /** The SASL mechanisms there are; none: no authentication. */
  readonly mechanisms: readonly string[];
  /** Lets clients authenticate without TLS. */
  readonly allowPlaintextCredentials: boolean;
  /** What is not to be offered, as if it were not implemented; without EHLO, clients have to go back to HELO. */
  readonly without: ReadonlySet<ExtensionKeyword | "EHLO">;
}
