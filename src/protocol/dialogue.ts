import { type Command, formatCommand } from "./command.ts";
import type { Phase } from "./phase.ts";
import type { Reply } from "./reply.ts";

/**
 * What goes out: text or octets in one write, or pieces one after the other, as the socket takes them. If a list holds
 * commands and content, its commands are strings, and strings that are content are ASCII.
 */
export type Outgoing = string | readonly (string | Buffer)[] | Pieces;

/** Octets in pieces, in memory or in their own time. */
export type Pieces = Generator<Buffer> | AsyncIterable<Buffer>;

/**
 * One thing a dialogue wants done: octets written, the next reply read, or work awaited that is done beside the
 * connection.
 */
export type Step =
  | Write
  | { readonly read: Phase }
  | { readonly derive: () => Promise<void>; readonly phase: Phase };

/** Octets to be written. */
export interface Write {
  readonly write: Outgoing;
  readonly phase: Phase;
  /** So many replies to what was said before may have come by then; none without this. */
  readonly owed?: number;
  /**
   * The commands in it, one after the other, where it holds content too: they may be looked at, content may not.
   * Without this all of a text is commands, unless its phase is `"content"`.
   */
  readonly commands?: string | undefined;
}

/**
 * The client's side of a conversation as a generator: it yields what to do and is resumed with the reply where it
 * asked for one. It knows no socket; one loop in `net/client` plays it. What goes wrong with the connection is thrown
 * into it as a Failure.
 */
export type Dialogue<T> = Generator<Step, T, Reply | undefined>;

/** Writes; see {@link Write}. Resumed when the last octet has been handed to the socket. */
export function* write(outgoing: Outgoing, phase: Phase, commands?: string, owed = 0): Dialogue<void> {
  yield { write: outgoing, phase, commands, owed };
}

/** The next reply. */
export function* read(phase: Phase): Dialogue<Reply> {
  // The player resumes a read with a reply, and with nothing else.
  return (yield reads[phase]) as Reply;
}

/**
 * Waits for what a login has to derive before it can go on (a key from a password, a ticket); its errors are thrown
 * here.
 */
export function* derive<T>(work: () => Promise<T>, phase: Phase): Dialogue<T> {
  let settled: PromiseSettledResult<T> | undefined;
  const settle = async (): Promise<void> => {
    [settled] = await Promise.allSettled([work()]);
  };
  yield { derive: settle, phase };
  if (settled?.status === "rejected") throw settled.reason;
  // The player resumes this step when the work is settled.
  return (settled as unknown as PromiseFulfilledResult<T>).value;
}

/** Says one command and reads its reply. */
export function* command(said: Command, phase: Phase): Dialogue<Reply> {
  yield { write: formatCommand(said), phase };
  return (yield reads[phase]) as Reply;
}

const reads: Readonly<Record<Phase, { readonly read: Phase }>> = {
  queue: { read: "queue" },
  connect: { read: "connect" },
  tls: { read: "tls" },
  greeting: { read: "greeting" },
  hello: { read: "hello" },
  starttls: { read: "starttls" },
  auth: { read: "auth" },
  reset: { read: "reset" },
  mail: { read: "mail" },
  rcpt: { read: "rcpt" },
  data: { read: "data" },
  content: { read: "content" },
  final: { read: "final" },
  quit: { read: "quit" },
};
