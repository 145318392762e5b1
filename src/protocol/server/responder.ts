import type { XforwardAttributes } from "../client-attributes/xforward.ts";
import { type Command, parseCommand } from "../command.ts";
import { DialogueMask } from "../masking/dialogue-mask.ts";
import { Reply } from "../reply.ts";
import type { Channel } from "../sasl/server-mechanism.ts";
import { ChunkedContent, RefusedChunk } from "./chunked-content.ts";
import { type CommandRow, commandTable, readVerb } from "./command-table.ts";
import { behindAtrn } from "./commands/atrn.ts";
import { refuseChunk } from "./commands/bdat.ts";
import type { CommandHandler, Outcome } from "./commands/command-handler.ts";
import { notImplemented } from "./commands/refusals.ts";
import { isImplemented, unmetRequirement } from "./commands/requirements.ts";
import { Conversation } from "./conversation.ts";
import type { ReceivedEnvelope } from "./envelope.ts";
import type { ContentVerdict, ServerEvent } from "./event.ts";
import type { Incoming, IncomingEnd } from "./incoming.ts";
import { Input, type LineFault } from "./input.ts";
import { beyond, type Limit } from "./limit.ts";
import { MessageContent } from "./message-content.ts";
import type { ServerSettings } from "./settings.ts";
import { type ClientStanding, directStanding } from "./standing.ts";

/** Observes the lines of a connection. Secrets are masked, and content is not shown. */
export interface ResponderObserver {
  received(line: string): void;
  sent(reply: string): void;
}

/**
 * The server's half of SMTP, without a socket: octets in by {@link push}, events out by {@link next}, replies out by
 * {@link takeReplies}.
 *
 * Replies are collected until they are taken. Take them when `next` returns `undefined`: then a group of commands that
 * arrived together is answered in one write (RFC 2920 3.2).
 */
export class Responder {
  readonly #conversation: Conversation;
  readonly #input: Input;
  readonly #observer: ResponderObserver | undefined;
  readonly #mask: DialogueMask = new DialogueMask(serverMask);
  /** The reader of octets that are not commands. */
  #incoming: Incoming | undefined;
  /** The message that arrives in chunks, if there is one. */
  #chunked: ChunkedContent | undefined;

  /** @param exceeded gets each limit that a reply is about. */
  constructor(
    settings: ServerSettings,
    observer?: ResponderObserver,
    standing: ClientStanding = directStanding,
    exceeded?: (limit: Limit) => void,
  ) {
    this.#conversation = new Conversation(
      settings,
      observer === undefined ? undefined : (reply) => observer.sent(this.#mask.reply(reply)),
      standing,
      exceeded,
    );
    this.#input = new Input(settings);
    this.#observer = observer;
  }

  /** The envelope of the transaction so far. */
  get envelope(): ReceivedEnvelope {
    return this.#conversation.envelope;
  }

  /** What XFORWARD has said about the next message, or the one under way. */
  get forwarded(): XforwardAttributes | undefined {
    return this.#conversation.forwarded;
  }

  /** Whether the content of a message is being read. */
  get inContent(): boolean {
    return this.#incoming !== undefined;
  }

  /** Whether a transaction is under way. */
  get inTransaction(): boolean {
    return this.#incoming !== undefined || this.#conversation.inTransaction;
  }

  /** Greets, or refuses the connection; then the connection closes. */
  greet(refusal?: Reply): void {
    this.#conversation.greet(refusal);
  }

  /** Writes a last reply, such as 421, and ignores further input. */
  end(reply: Reply): void {
    this.#conversation.say(reply);
    this.#conversation.close();
  }

  /** TLS is active: everything that was learnt before is forgotten. */
  secured(channel?: Channel): void {
    this.#conversation.secured(channel);
  }

  /** Adds bytes that have arrived. */
  push(chunk: Buffer): void {
    if (!this.#conversation.closing) this.#input.push(chunk);
  }

  /** Whether there are replies to be written. */
  get hasReplies(): boolean {
    return this.#conversation.backlog > 0;
  }

  /** Takes the replies to be written. */
  takeReplies(): string {
    return this.#conversation.takeOutput();
  }

  /** The next event; `undefined` if more bytes must arrive first. */
  next(): ServerEvent | undefined {
    for (;;) {
      if (this.#conversation.waiting) throw new TypeError("the event before has not been answered");
      if (this.#chunked !== undefined && this.#conversation.state !== "chunks") {
        this.#chunked = undefined;
        return { type: "abandon" };
      }
      if (this.#conversation.closing) return { type: "close" };
      if (this.#conversation.fetching !== undefined) return this.#fetch(this.#conversation.fetching);
      this.#beginChunk();
      if (this.#incoming !== undefined) {
        const next = this.#incoming.next(this.#input);
        if (next === undefined || next.type === "content") return next;
        this.#incoming = undefined;
        if (next.type === "ended") return this.#end(next);
        this.#afterChunk(next);
        continue;
      }
      if (this.#conversation.backlog >= this.#conversation.settings.maxReplyBacklog) return { type: "pause" };
      const line = this.#input.line();
      if (line === undefined) return undefined;
      const outcome = line.fault === undefined ? this.#line(line.text) : this.#fault(line.fault);
      if (outcome instanceof Reply) this.#conversation.say(outcome);
      else if (outcome !== undefined) return this.#raise(outcome);
    }
  }

  #line(line: string): Outcome {
    const { exchange } = this.#conversation;
    if (exchange !== undefined && !exchange.over) {
      this.#observer?.received(this.#mask.line(line, true));
      return exchange.respond(line);
    }
    const verb = readVerb(line);
    this.#observer?.received(this.#mask.line(line, false));
    if (verb === undefined || (verb === "BDAT" && this.#conversation.settings.without.has("CHUNKING")))
      return this.#unknown(line);
    if (++this.#conversation.commands > this.#conversation.settings.maxCommands) return tooManyCommands;
    if (!isImplemented(verb, this.#conversation.settings)) return notImplemented;
    const refusal = unmetRequirement(verb, this.#conversation);
    if (refusal !== undefined && verb !== "BDAT") return refusal;
    const row: CommandRow<never> = commandTable[verb];
    const cell: CommandHandler<never> | Reply = row[this.#conversation.state];
    if (cell instanceof Reply) return cell;
    const command: Command | Reply = parseCommand(line, this.#conversation, verb);
    if (command instanceof Reply) {
      // Without this part the message must not be accepted.
      if (verb === "BURL") this.#conversation.reset();
      if (!isHello(verb)) return command;
      this.#conversation.sayBare(command);
      return undefined;
    }
    if (refusal !== undefined && command.verb === "BDAT")
      return refuseChunk(refusal)(this.#conversation, command);
    return cell(this.#conversation, command as never);
  }

  /** A browser can be made to send a form to this port: HTTP comes first, and SMTP could follow. */
  #unknown(line: string): Reply {
    if (/ HTTP\/\d/.test(line)) return Reply.of(421, "4.7.0", "This is not a web server");
    return ++this.#conversation.unknownCommands > this.#conversation.settings.maxUnknownCommands
      ? tooManyUnknown
      : this.#conversation.standing.proxied && /^PROXY /i.test(line)
        ? Reply.of(503, "5.5.1", "The PROXY header comes first, and once")
        : Reply.of(500, "5.5.2", "Command not recognised");
  }

  #fault(fault: LineFault): Reply {
    this.#observer?.received(`(${fault})`);
    const { settings, exchange } = this.#conversation;
    if (fault === "not UTF-8") return Reply.of(500, "5.5.2", "The command is not UTF-8");
    if (fault === "too long" || fault === "TLS") {
      this.#conversation.close();
      if (fault === "TLS") return Reply.of(500, "5.5.2", "This port does not begin with TLS: use STARTTLS");
      const inAuth = (exchange !== undefined && !exchange.over) || /^auth /i.test(this.#input.peek(5));
      return beyond("maxLineLength", Reply.of(500, inAuth ? "5.5.6" : "5.5.2", "The line is too long"));
    }
    return Reply.of(settings.lenient ? 500 : 521, "5.5.2", `There is ${fault} in the command`);
  }

  #raise(event: ServerEvent): ServerEvent {
    if (event.type === "data") this.#begin();
    else if (event.type === "starttls") {
      // An attacker sends bytes there so that they seem to have come over TLS.
      if (this.#input.pending) {
        this.end(Reply.of(554, "5.5.1", "Nothing may follow STARTTLS before TLS"));
        return { type: "close" };
      }
      this.#conversation.say(Reply.of(220, "2.0.0", "Begin TLS"));
    } else if (event.type === "atrn" && this.#input.pending) {
      // Behind ATRN the client is the server: it must not speak before it has heard that.
      this.end(behindAtrn);
      return { type: "close" };
    } else this.#conversation.waiting = "answer" in event || "proceed" in event;
    return event;
  }

  #begin(): void {
    const { settings, chunk, fetching, binary } = this.#conversation;
    if (chunk === undefined && fetching === undefined) this.#incoming = new MessageContent(settings);
    else this.#chunked = new ChunkedContent(settings, binary);
  }

  /** After BDAT, octets follow instead of a line. */
  #beginChunk(): void {
    const { settings, chunk } = this.#conversation;
    if (chunk === undefined) return;
    this.#conversation.chunk = undefined;
    if (chunk.refusal !== undefined) {
      this.#incoming = new RefusedChunk(settings, chunk.header, chunk.refusal);
    } else {
      this.#chunked?.begin(chunk.header);
      this.#incoming = this.#chunked;
    }
  }

  /** After BURL, octets follow that the host application fetches. */
  #fetch({ last }: { readonly last: boolean }): ServerEvent {
    if (this.#chunked === undefined) {
      this.#conversation.beginChunk();
      return this.#raise({ type: "data" });
    }
    const chunked = this.#chunked;
    this.#conversation.fetching = undefined;
    const answer = (failure: Reply | undefined) => {
      if (failure !== undefined) {
        this.#conversation.reset();
        return this.#conversation.say(failure);
      }
      this.#conversation.waiting = false;
      chunked.begin({ size: 0, last }, partFetched);
      this.#incoming = chunked;
    };
    return this.#raise({
      type: "fetch",
      get refused() {
        return chunked.refused;
      },
      take: (octets) => chunked.take(octets),
      answer,
    });
  }

  #afterChunk(end: Exclude<IncomingEnd, { type: "ended" }>): void {
    // A chunk that is refused ends the transaction (RFC 3030 2).
    if (end.type === "refused") this.#conversation.reset();
    this.#conversation.say(end.reply);
    if (end.type === "refused" && end.fatal) this.#conversation.close();
  }

  #end({ problem, fatal, early }: IncomingEnd & { type: "ended" }): ServerEvent {
    const answer = (verdict: ContentVerdict) => {
      const { settings, recipients } = this.#conversation;
      this.#chunked = undefined;
      this.#conversation.reset();
      const replies = settings.lmtp && early !== true ? recipients : 1;
      for (let index = 0; index < replies; index++) {
        const reply = verdict instanceof Reply ? verdict : verdict?.[index];
        if (reply?.positive !== false) this.#conversation.accepted();
        this.#conversation.say(reply ?? accepted);
      }
      if (fatal) this.#conversation.close();
    };
    return this.#raise({ type: "end", problem, answer });
  }
}

/** What a server shows instead of secrets. */
export const serverMask = "****";

const tooManyCommands = beyond("maxCommands", Reply.of(421, "4.7.0", "Too many commands"));
const tooManyUnknown = beyond("maxUnknownCommands", Reply.of(421, "4.7.0", "Too many unknown commands"));
const partFetched = Reply.of(250, "2.5.0", "Waiting for more of the message by BURL or BDAT");
const accepted = Reply.of(250, "2.6.0", "Message accepted");

function isHello(verb: string): boolean {
  return verb === "HELO" || verb === "EHLO" || verb === "LHLO";
}
