import type { TestServer } from "../../testing/test-server.ts";
import type { TestServerOptions } from "../../testing/test-server-options.ts";

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
  readonly auth?: CatcherLogin;
}

/** The login of the page and the API. */
export interface CatcherLogin {
  /** Without a colon. */
  readonly user: string;
  /** In plaintext, so use one that protects nothing else. */
  readonly password: string;
}

/** Where caught mails are released to. Nobody but these options names it, no request does. */
export interface RelayOptions {
  /** The URL of the server, for {@link SmtpTransport.fromUrl}, with user and password if it needs them. */
  readonly url: string;
  /** The addresses, and domains such as `"@example.org"`, to which mails may be released; by default all. */
  readonly recipients?: readonly string[];
}

/** The options of {@link Catcher.start}, all of them optional. */
export interface CatcherOptions {
  /** The options of the SMTP server that the catcher starts; by default it listens on a free port. */
  readonly smtp?: Omit<TestServerOptions, "keep" | "keepAlive">;
  /** How the page and the API listen. */
  readonly http?: CatcherHttpOptions;
  /** A server that runs already: the catcher shows its mails, and does not close it. */
  readonly server?: TestServer;
  /** A folder in which mails are kept, as files; a later catcher finds them there. It is created if it is missing. */
  readonly keep?: string;
  /** The most mails that are kept; default 500. The oldest are forgotten, and their files deleted. */
  readonly max?: number;
  /** The most bytes of mails that are kept; default 256 MiB. The newest mail is always kept. */
  readonly maxBytes?: number;
  /** Where mails are released to: a URL, or a URL and who may be written to. */
  readonly relay?: string | RelayOptions;
  /** A URL to which each mail is posted, as JSON, after it has arrived. A login in it is sent as HTTP Basic has it. */
  readonly webhook?: string;
  /** Whether links of mails may be checked: the catcher then connects to the hosts that mails name. Default: no. */
  readonly linkCheck?: boolean;
  /**
   * Listens also on addresses that are not of the loopback, without `http.auth`: everybody who reaches them can read
   * all mails.
   */
  readonly public?: boolean;
  /**
   * Gets what went wrong besides a request: a file that could not be changed, a webhook that did not answer. By default
   * the process emits a warning.
   */
  readonly onError?: (error: unknown) => void;
  /** Keeps the process alive. By default a catcher that a test forgot to close does not. */
  readonly keepAlive?: boolean;
}
