import type { CallerDefaults } from "../../message/caller-defaults.ts";
import type { Signer } from "../../message/signer.ts";
import type { Resolve } from "../../net/client/addresses.ts";
import type { FailedAddresses } from "../../net/client/failed-addresses.ts";
import type { Route } from "../../net/client/route.ts";
import type { SessionTickets } from "../../net/client/session-tickets.ts";
import type { Timeouts } from "../../net/client/timeouts.ts";
import type { Clock } from "../../net/clock.ts";
import type { Dialect } from "../../protocol/dialect.ts";
import type { Credentials } from "./login/credentials.ts";
import type { Mechanism, SaslMechanism } from "./login/mechanism.ts";
import type { Observer } from "./observer/observer.ts";
import type { PoolConfig } from "./pool/pool-config.ts";
import type { Tls } from "./tls/tls-mode.ts";

/** All settings of a builder: what a transport is made of. */
export interface SmtpOptions {
  readonly dialect: Dialect;
  readonly host: string;
  readonly port: number;
  readonly route: Route;
  readonly localAddress: string | undefined;
  readonly resolve: Resolve;
  readonly tls: Tls;
  /** The addresses to try last: this transport's own. */
  readonly failedAddresses: FailedAddresses;
  /** The sessions to resume: this transport's own. */
  readonly tickets: SessionTickets;
  readonly credentials: Credentials | undefined;
  readonly mechanisms: readonly (Mechanism | SaslMechanism)[] | undefined;
  readonly allowPlaintextCredentials: boolean;
  readonly helloName: string | undefined;
  readonly smtpUtf8: boolean;
  readonly pipelining: "off" | "auto" | "window";
  readonly chunking: "never" | "auto" | undefined;
  readonly timeouts: Timeouts;
  readonly deadline: number | undefined;
  readonly pool: PoolConfig;
  /** The fields that messages built by the transport have unless they have their own. */
  readonly defaults: CallerDefaults;
  readonly signers: readonly Signer[];
  readonly clock: Clock;
  readonly observer: Observer;
}
