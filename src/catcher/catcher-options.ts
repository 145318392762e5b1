import type { TestServer } from "../testing/test-server.ts";
import type { TestServerOptions } from "../testing/test-server-options.ts";

/** How the page and the API listen. */
export interface CatcherHttpOptions {
  /** An IP address, or the name of one; default `"127.0.0.1"`. */
  readonly host?: string;
  /** Default: 0, a free port. */
  readonly port?: number;
  /** Names by which browsers may reach it, besides `localhost`, IP addresses and names without a dot. */
  readonly names?: readonly string[];
  /** Origins of other pages that may use the API, such as `"https://app.example"`. */
  readonly origins?: readonly string[];
  /** The login that the page and the API ask for. */
  readonly auth?: { readonly user: string; readonly password: string };
}

/** The options of {@link Catcher.start}, all of them optional. */
export interface CatcherOptions {
  /** The options of the SMTP server that the catcher starts. */
  readonly smtp?: TestServerOptions;
  /** How the page and the API listen. */
  readonly http?: CatcherHttpOptions;
  /** A server that runs already: the catcher shows its mails, and does not close it. */
  readonly server?: TestServer;
  /** The most mails that are kept; default 500. */
  readonly max?: number;
  /** Whether links of mails may be checked: the catcher then connects to the hosts that mails name. */
  readonly linkCheck?: boolean;
  /** Keeps the process alive. By default a catcher that a test forgot to close does not. */
  readonly keepAlive?: boolean;
}
