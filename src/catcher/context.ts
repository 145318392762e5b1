import type { Hono } from "hono";
import type { TestServer } from "../testing/test-server.ts";
import type { WebSockets } from "./http/web-sockets.ts";
import type { Relay } from "./relay/relay.ts";
import type { MailStore } from "./store/mail-store.ts";

/** Adds the routes of an API. It must load lazily what is slow to load. */
export type CatcherApi = (app: Hono, context: CatcherContext) => void;

/** What the APIs know of the catcher. */
export interface CatcherFacts {
  /** The caught mails. */
  readonly store: MailStore;
  /** The SMTP server, with its faults, findings and transcripts. */
  readonly server: TestServer;
  /** Where mails are released to, if the options say so. */
  readonly relay: Relay | undefined;
  /** Whether links of mails may be checked. */
  readonly linkCheck: boolean;
  /** The most mails that the store keeps. */
  readonly max: number;
  /** The folder of the mails, if they are kept in one. */
  readonly keep: string | undefined;
  readonly startedAt: Date;
  /** The URL of the SMTP server, without a password. */
  readonly smtpUrl: string;
  /** The URL of the page. */
  readonly url: string;
}

/** What the APIs know and use. */
export interface CatcherContext extends CatcherFacts {
  /** The WebSockets: an API opens a path. They go through the same guard as requests. */
  readonly sockets: WebSockets;
  /** Calls a function when the catcher closes: an API ends there what it began, since the server may go on. */
  onClose(end: () => void): void;
}
