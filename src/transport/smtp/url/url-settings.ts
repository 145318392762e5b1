import type { Timeouts } from "../../../net/client/timeouts.ts";
import type { Dialect } from "../../../protocol/dialect.ts";
import type { Credentials } from "../login/credentials.ts";
import type { Mechanism } from "../login/mechanism.ts";
import type { PoolConfig } from "../pool/pool-config.ts";
import type { Tls } from "../tls/tls-mode.ts";

/** What a URL can set: methods of the builder, with what each takes. */
export interface UrlSettings {
  readonly unixSocket: string;
  readonly port: number;
  readonly credentials: Credentials;
  readonly tls: Tls;
  readonly helloName: string;
  readonly localAddress: string;
  readonly proxy: string;
  readonly authentication: readonly Mechanism[];
  readonly allowPlaintextCredentials: boolean;
  readonly smtpUtf8: boolean;
  readonly pipelining: "off" | "auto" | "window";
  readonly chunking: "never" | "auto";
  readonly timeout: number | Partial<Timeouts>;
  readonly deadline: number;
  readonly pool: Partial<PoolConfig> | false;
}

/** One call of a method of the builder. */
export type UrlSetting = {
  readonly [Method in keyof UrlSettings]: readonly [method: Method, value: UrlSettings[Method]];
}[keyof UrlSettings];

/** What a URL contains: the server, and the calls to make on a builder for it, in order. */
export interface ReadUrl {
  readonly dialect: Dialect;
  readonly host: string;
  readonly settings: readonly UrlSetting[];
}
