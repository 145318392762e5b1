import type { Clock } from "../../net/clock.ts";
import type { TlsAcceptor } from "../../net/server/tls-acceptor.ts";
import type { ServerSettings } from "../../protocol/server/settings.ts";
import type { AuthThrottle } from "../hooks/auth-throttle.ts";
import type { Policy } from "../hooks/policy.ts";
import type { ServerObserver } from "../observer/server-observer.ts";
import type { ResolvedListener } from "../options/listeners.ts";
import type { ResolvedOptions } from "../options/resolved-options.ts";
import type { ServerVerification } from "../verification/server-verification.ts";
import type { Observe } from "./observer.ts";

/** What all connections of a listener share. */
export interface ServerContext {
  readonly resolved: ResolvedOptions;
  readonly protocol: ServerSettings;
  readonly implicitTls: boolean;
  readonly policy: Policy;
  readonly tls: TlsAcceptor | undefined;
  readonly clock: Clock;
  readonly observe: Observe | undefined;
  readonly observer: ServerObserver;
  readonly throttle: AuthThrottle;
  /** Who may name clients, by PROXY headers, by XCLIENT and by XFORWARD. */
  readonly proxies: Pick<ResolvedListener, "proxyProtocol" | "xclient" | "xforward">;
  /** How mail is verified, if it is. */
  readonly verification: ServerVerification | undefined;
  /** The path of the Unix socket that clients come through, if it is one. */
  readonly path: string | undefined;
}
