import { join } from "node:path";
import type { Daemon } from "./daemon.ts";
import type { Delivered } from "./delivered.ts";
import { Maildir } from "./maildir.ts";

/** What all foreign servers have that deliver into a maildir. */
export class MailServer<Port extends string> {
  /** The user who may log in if AUTH is offered; the password is not all ASCII. */
  static readonly user = "ada";
  static readonly password = 'öffne "dich" \\ 50%';

  readonly daemon: Daemon<Port>;
  readonly ports: Readonly<Record<Port, number>>;
  readonly inbox: Maildir;
  /** For `t.afterEach`: when the test that has just ended failed, prints what has been logged since the one before. */
  readonly explain: (test: object) => Promise<void>;

  constructor(daemon: Daemon<Port>) {
    this.daemon = daemon;
    this.ports = daemon.ports;
    this.inbox = new Maildir(join(daemon.directory, "inbox"));
    this.explain = daemon.explain;
  }

  /** Waits for a mail to this recipient and returns it. */
  delivered(to: string): Promise<Delivered> {
    return this.inbox.delivered(to);
  }

  /** Waits until at least `count` mails to this recipient are there and returns all of them, in no order. */
  deliveries(to: string, count: number): Promise<readonly Delivered[]> {
    return this.inbox.deliveries(to, count);
  }

  /** Waits until at least `count` lines of the log match, and returns those that do. */
  logged(pattern: RegExp, count = 1): Promise<readonly string[]> {
    return this.daemon.logged(pattern, count);
  }

  /** What the server has logged so far. */
  log(): Promise<string> {
    return this.daemon.log();
  }

  /** Stops the server and removes its directory; both are done when this resolves. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.daemon[Symbol.asyncDispose]();
  }
}
