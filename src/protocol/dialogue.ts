import { type Command, formatCommand } from "./command.ts";
import type { Phase } from "./phase.ts";
import type { Reply } from "./reply.ts";

/**
 * What is sent: text or octets in one write, or pieces one after another, as the socket takes them. In a list of
 * commands and content, commands are strings, and strings that are content are ASCII.
 */
export type Outgoing = string | readonly (string | Buffer)[] | Pieces;

/** Octets in pieces, in memory or from an asynchronous source. */
export type Pieces = Generator<Buffer> | AsyncIterable<Buffer>;

/** One step of a dialogue: octets to write, a reply to read, or work to await that does not use the connection. */
export type Step =
  | Write
  | { readonly read: Phase }
  | { readonly derive: () => Promise<void>; readonly phase: Phase };

/** Octets to write. */
export interface Write {
  readonly write: Outgoing;
  readonly phase: Phase;
  /** How many replies to earlier commands may have arrived by then; none by default. */
  readonly owed?: number;
  /**
   * The commands in a write that also has content, one after another: commands may be shown, content may not. By
   * default the whole text is commands, unless the phase is `"content"`.
   */
  readonly commands?: string | undefined;
}

/**
 * The client's side of a conversation as a generator: it yields steps, and is resumed with the reply if the step reads
 * one. It knows no socket; one loop in `net/client` plays it. A failure of the connection is thrown into it as a
 * Failure.
 */
export type Dialogue<T> = Generator<Step, T, Reply | undefined>;

/** Writes; see {@link Write}. Resumed when the socket has taken the last octet. */
export function* write(outgoing: Outgoing, phase: Phase, commands?: string, owed = 0): Dialogue<void> {
  yield { write: outgoing, phase, commands, owed };
}

/** Reads the next reply. */
export function* read(phase: Phase): Dialogue<Reply> {
  return heard(yield toRead(phase));
}

/**
 * The step that {@link read} yields, for dialogues that are played for every mail: a generator within another costs as
 * much as the reply.
 */
export function toRead(phase: Phase): Step {
  return reads[phase];
}

/** The reply that resumes a step of {@link toRead}: the player resumes a read only with a reply. */
export function heard(reply: Reply | undefined): Reply {
  return reply as Reply;
}

/**
 * Awaits what a login must derive before it can continue (a key from a password, a ticket); its errors are thrown here.
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

/** Sends one command and reads its reply. */
export function* command(said: Command, phase: Phase): Dialogue<Reply> {
  yield { write: formatCommand(said), phase };
  return heard(yield toRead(phase));
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
