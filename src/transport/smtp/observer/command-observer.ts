import type { ConnectionObserver } from "../../../net/client/connection-observer.ts";
import { type Journal, type ReplyFacts, tellable } from "../../../net/journal.ts";
import type { Failure } from "../../../protocol/failure.ts";
import { commandLines } from "../../../protocol/masking/dialogue-mask.ts";
import { MASK } from "../../../protocol/masking/known-secrets.ts";
import type { Phase } from "../../../protocol/phase.ts";
import type { Reply } from "../../../protocol/reply.ts";
import { type CommandEvent, type ConnectionEvent, channels } from "./events.ts";

/** A command whose reply has not arrived. */
interface Pending {
  readonly event: CommandEvent;
  /** The phase in which its reply is read. */
  readonly phase: Phase;
  readonly begun: number;
}

/**
 * Reports the commands of one connection, each with its reply: replies arrive in the order of the commands. Everything
 * from AUTH to its final reply is masked.
 */
export class CommandObserver implements ConnectionObserver {
  readonly #journal: Journal;
  readonly #connection: ConnectionEvent;
  #pending: Pending[] = [];

  constructor(journal: Journal, connection: ConnectionEvent) {
    this.#journal = journal;
    this.#connection = connection;
  }

  get attentive(): boolean {
    if (channels.command.hasSubscribers || channels.reply.hasSubscribers || this.#journal.detailed)
      return true;
    // Nothing listens any more.
    if (this.#pending.length > 0) this.#pending = [];
    return false;
  }

  said(commands: string, phase: Phase): void {
    for (const line of commandLines(commands, phase === "auth")) {
      // The last chunk of content that was sent in chunks.
      const goesOn = line.startsWith("BDAT ") && this.#pending.at(-1)?.event.command === CONTENT;
      if (!goesOn) this.#begin(this.#journal.text(line), phase === "auth" ? "auth" : phaseOf(line));
    }
  }

  content(octets: number): void {
    const last = this.#pending.at(-1);
    if (last?.phase === "final") last.event.octets = (last.event.octets ?? 0) + octets;
    else this.#begin(CONTENT, "final", octets);
  }

  heard(reply: Reply, phase: Phase): void {
    const { code, enhancedCode } = reply;
    const told: ReplyFacts =
      phase === "auth" ? { code, enhancedCode, text: MASK } : this.#journal.reply(reply);
    const event = { ...this.#connection, ...told };
    this.#journal.publish(channels.reply, event);
    this.#journal.log("debug", event, "reply");
    // Not always the first: content has several replies in LMTP, and none if it was taken back.
    const at = this.#pending.findIndex((pending) => pending.phase === phase);
    for (const [index, pending] of this.#pending.splice(0, at + 1).entries())
      this.#end(pending, index === at ? { reply: told } : {});
  }

  ended(failure: Failure): void {
    const pending = this.#pending;
    this.#pending = [];
    for (const each of pending) this.#end(each, { error: tellable(failure) });
    if (this.attentive)
      this.#journal.log("debug", { ...this.#connection, kind: failure.kind }, "the connection has ended");
  }

  #begin(command: string, phase: Phase, octets?: number): void {
    const event: CommandEvent = { ...this.#connection, command, ...(octets !== undefined && { octets }) };
    this.#journal.publish(channels.command.start, event);
    this.#journal.publish(channels.command.end, event);
    this.#journal.log("debug", event, "command");
    this.#pending.push({ event, phase, begun: performance.now() });
  }

  #end({ event, begun }: Pending, outcome: Pick<CommandEvent, "reply" | "error">): void {
    Object.assign(event, outcome, { duration: performance.now() - begun });
    if (outcome.error !== undefined) this.#journal.publish(channels.command.error, event);
    this.#journal.publish(channels.command.asyncStart, event);
    this.#journal.publish(channels.command.asyncEnd, event);
  }
}

const CONTENT = "(content)";

/** The phase in which the reply to a command is read. */
function phaseOf(line: string): Phase {
  return phases.get((line.split(" ", 1)[0] ?? "").toUpperCase()) ?? "reset";
}

const phases: ReadonlyMap<string, Phase> = new Map<string, Phase>([
  ["EHLO", "hello"],
  ["HELO", "hello"],
  ["LHLO", "hello"],
  ["STARTTLS", "starttls"],
  ["AUTH", "auth"],
  ["RSET", "reset"],
  ["MAIL", "mail"],
  ["RCPT", "rcpt"],
  ["DATA", "data"],
  ["BDAT", "final"],
  ["QUIT", "quit"],
]);
