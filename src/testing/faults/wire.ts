import { DataReader } from "../../protocol/data-reader.ts";
import { formatReply, Reply } from "../../protocol/reply.ts";
import type { ServerEvent } from "../../protocol/server/event.ts";
import type { ConnectionLine, Interlude, Interposed, ProtocolHalf } from "../../server/observer.ts";
import { type Exchange, readExchange, unasked } from "./exchange.ts";
import type { FaultPoint } from "./fault.ts";
import type { FaultBook } from "./fault-book.ts";
import { inTurn } from "./interlude.ts";
import { offering, type SettledFault } from "./settled-fault.ts";
import { Speaker } from "./speaker.ts";

/** Who is told what really goes over the line. */
export interface WireWatcher {
  /** The client said a line; `behind`: what it said before, if it did not wait for the reply to that. */
  heard(octets: Buffer, exchange: Exchange, behind: FaultPoint | undefined): void;
  /** The protocol does not get to hear that line. */
  withheld(exchange: Exchange): void;
  /** Content came, as it is on the wire; `behind`, as above. */
  heardContent(octets: Buffer, from: "data" | "bdat", behind: FaultPoint | undefined): void;
  /** The client is told something, in whatever manner. */
  told(reply: string): void;
  /** The content of a message has ended; it is to be kept so often. */
  messageEnded(copies: 0 | 1 | 2): void;
}

/** What a {@link Wire} needs to know of its server. */
export interface WireSettings {
  readonly book: FaultBook;
  /** Which connection of the server it is. */
  readonly connection: number;
  readonly maxLineLength: number;
}

/**
 * What stands between the protocol and the socket of one connection, and does wrong on demand. It hands the protocol
 * one line at a time, so that it knows what each reply answers, and changes what comes and goes. The protocol itself
 * knows nothing of it.
 */
export class Wire implements Interposed {
  readonly #protocol: ProtocolHalf;
  readonly #line: ConnectionLine;
  readonly #watcher: WireWatcher;
  readonly #settings: WireSettings;
  readonly #speaker: Speaker;
  #transaction = {};
  #input: Buffer = EMPTY;
  #greeted = false;
  #leaving = false;
  /** An event of the protocol before which something has to be done. */
  #held: ServerEvent | undefined;
  /** What the next reply answers, and what is the matter with it. */
  #exchange: Exchange = unasked("greeting");
  #fault: SettledFault | undefined;
  /** The last line whose reply its client cannot know yet. */
  #unanswered: FaultPoint | undefined;
  #early = false;
  #answers334 = false;
  /** What the client has been made to believe, without the protocol knowing. */
  #feigned: "content" | "response" | undefined;
  #content: Content | undefined;
  /** Octets of a chunk (RFC 3030 2) that are still to come, and whether the protocol is to have them. */
  #chunk = { left: 0, withheld: false };

  constructor(protocol: ProtocolHalf, line: ConnectionLine, watcher: WireWatcher, settings: WireSettings) {
    this.#protocol = protocol;
    this.#line = line;
    this.#watcher = watcher;
    this.#settings = settings;
    this.#speaker = new Speaker(line.accepted, (reply) => watcher.told(reply));
  }

  /** Whether the client was greeted and left by itself. */
  get deserted(): boolean {
    return this.#greeted && !this.#leaving && !this.#speaker.muted;
  }

  get envelope(): ProtocolHalf["envelope"] {
    return this.#protocol.envelope;
  }

  get inContent(): boolean {
    return this.#protocol.inContent;
  }

  get inTransaction(): boolean {
    return this.#protocol.inTransaction;
  }

  greet(refusal?: Reply): void {
    if (this.#line.session.tls === undefined) this.#strike("connect", "greeting");
    this.#greeted = true;
    if (this.#line.pending) this.#unanswered = "greeting";
    this.#begin(unasked("greeting"));
    this.#protocol.greet(refusal);
  }

  handshake(): Interlude | undefined {
    if (!this.#greeted) this.#strike("connect", "handshake");
    this.#strike("tls", "handshake");
    const all: Interlude[] = [];
    for (let next = this.#speaker.takeInterlude(); next; next = this.#speaker.takeInterlude()) all.push(next);
    return all.length === 0 ? undefined : inTurn(all);
  }

  secured(...channel: Parameters<ProtocolHalf["secured"]>): void {
    this.#unanswered = undefined;
    this.#protocol.secured(...channel);
  }

  end(reply: Reply): void {
    this.#leaving = true;
    this.#forget();
    this.#protocol.end(reply);
  }

  push(octets: Buffer): void {
    if (!this.#early) this.#unanswered = undefined;
    this.#input = this.#input.length === 0 ? octets : Buffer.concat([this.#input, octets]);
  }

  takeReplies(): string {
    this.#collect();
    this.#early = this.#line.pending || this.#input.length > 0;
    return this.#speaker.takeOutput();
  }

  next(): ServerEvent | Interlude | undefined {
    for (;;) {
      this.#collect();
      const interlude = this.#speaker.takeInterlude();
      if (interlude !== undefined) return interlude;
      if (this.#speaker.muted) {
        this.#input = EMPTY;
        return undefined;
      }
      if (this.#leaving) return { type: "close" };
      const event = this.#held ?? this.#protocol.next();
      this.#held = undefined;
      this.#collect();
      if (this.#speaker.busy || this.#speaker.muted || this.#leaving) this.#held = event;
      else if (event !== undefined) return this.#passing(event);
      else if (!this.#feed()) return undefined;
    }
  }

  /** Looks at an event on its way to the host. */
  #passing(event: ServerEvent): ServerEvent {
    if (event.type === "close") this.#leaving = true;
    if (event.type === "data") this.#beginContent(this.#exchange.at !== "bdat");
    if (event.type === "abandon") this.#content = undefined;
    if (event.type === "end") {
      this.#content = undefined;
      this.#exchange = unasked("final");
      this.#fault = this.#pick(this.#exchange) ?? this.#fault;
      const { keep = this.#fault?.reply?.positive === false ? "never" : "once" } = this.#fault ?? {};
      this.#watcher.messageEnded(COPIES[keep]);
    }
    return event;
  }

  /** Gives the protocol as much as belongs together; whether there was anything. */
  #feed(): boolean {
    const content = this.#content;
    if (content?.fault !== undefined && content.fault.octet === content.octets)
      return this.#strikeContent(content);
    if (this.#input.length === 0) return false;
    if (this.#chunk.left > 0) return this.#feedChunk();
    if (content?.reader !== undefined) return this.#feedContent(content, content.reader);
    return this.#feedLine();
  }

  #feedLine(): boolean {
    const end = this.#input.indexOf(LF) + 1;
    // What is no line is for the protocol to judge, as is what must not follow STARTTLS.
    if (end === 0) {
      if (this.#input.length <= this.#settings.maxLineLength && this.#input[0] !== TLS_HANDSHAKE)
        return false;
      this.#forget();
      this.#protocol.push(this.#take(this.#input.length));
      return true;
    }
    const exchange = readExchange(this.#input.subarray(0, end), this.#answers334);
    const octets = this.#take(end);
    this.#answers334 = false;
    if (exchange.at === "mail") this.#transaction = {};
    this.#watcher.heard(octets, exchange, this.#unanswered);
    this.#unanswered = exchange.at;
    this.#begin(exchange);
    const withheld = this.#isWithheld();
    this.#chunk = { left: exchange.chunk, withheld };
    if (withheld) this.#answer(exchange, octets);
    else if (exchange.at === "starttls")
      this.#protocol.push(Buffer.concat([octets, this.#take(this.#input.length)]));
    else this.#protocol.push(octets);
    return true;
  }

  /** Whether the protocol does not hear of the command: it is refused, or AUTH is made up. */
  #isWithheld(): boolean {
    if (this.#feigned === "response") return true;
    const reply = this.#fault?.reply;
    if (reply === undefined) return false;
    const { at } = this.#exchange;
    return reply.code >= 400 || at === "auth" || at === "auth-response";
  }

  /** Answers a command that the protocol does not hear of. */
  #answer(exchange: Exchange, octets: Buffer): void {
    if (this.#fault?.undiscarded) this.#chunk.left = 0;
    if (exchange.at === "auth-response" && this.#feigned === undefined) {
      // The protocol is amid an exchange, which has to end for it as well.
      this.#protocol.push(CANCEL);
      this.#protocol.next();
      this.#protocol.takeReplies();
    } else this.#watcher.withheld(exchange);
    this.#feigned = undefined;
    const cancelled = octets.length <= 3 && octets[0] === ASTERISK;
    this.#say(formatReply(cancelled ? authCancelled : authRefused));
    if (this.#answers334) this.#feigned = "response";
  }

  #feedContent(content: Content, reader: DataReader): boolean {
    const { fault } = content;
    const most =
      fault === undefined ? this.#input.length : Math.min(this.#input.length, fault.octet - content.octets);
    const end = reader.read(this.#input.subarray(0, most), 0).end;
    const piece = this.#take(end ?? most);
    content.octets += piece.length;
    this.#watcher.heardContent(piece, "data", this.#unanswered);
    if (this.#feigned !== "content") this.#protocol.push(piece);
    if (end === undefined) return true;
    this.#content = undefined;
    this.#unanswered = "final";
    if (this.#feigned === "content") {
      this.#feigned = undefined;
      this.#begin(unasked("final"));
      this.#say(formatReply(noRecipients));
    }
    return true;
  }

  #strikeContent(content: Content): boolean {
    if (content.fault !== undefined) this.#speaker.act(content.fault, "content");
    content.fault = undefined;
    return true;
  }

  #feedChunk(): boolean {
    const { left, withheld } = this.#chunk;
    const content = this.#content;
    const most = content?.fault === undefined ? left : Math.min(left, content.fault.octet - content.octets);
    const piece = this.#take(Math.min(most, this.#input.length));
    this.#chunk.left -= piece.length;
    if (withheld) return true;
    if (content !== undefined) content.octets += piece.length;
    this.#watcher.heardContent(piece, "bdat", undefined);
    this.#protocol.push(piece);
    return true;
  }

  #beginContent(dotted: boolean): void {
    const fault = this.#pick(unasked("content"));
    this.#content = { reader: dotted ? new DataReader({ lenient: true }) : undefined, octets: 0, fault };
  }

  /** Something that a reply will answer begins. */
  #begin(exchange: Exchange): void {
    this.#exchange = exchange;
    this.#fault = this.#pick(exchange);
  }

  /** The replies of the protocol go out, or others. */
  #collect(): void {
    const replies = this.#protocol.takeReplies();
    if (replies !== "") this.#say(replies);
  }

  #say(proper: string): void {
    const fault = this.#fault;
    this.#fault = undefined;
    let text = fault?.reply === undefined ? proper : formatReply(fault.reply);
    if (fault !== undefined) text = offering(text, fault);
    let manner = fault;
    let told = fault?.reply !== undefined;
    if (fault?.raw === undefined && /^[45]/.test(text)) {
      const another = this.#pick({ ...this.#exchange, at: "error" });
      if (another?.reply !== undefined) text = formatReply(another.reply);
      told ||= another?.reply !== undefined;
      manner = another ?? fault;
    }
    const code = Number(text.slice(0, 3));
    this.#speaker.say(text, manner);
    if (manner?.raw !== undefined) return;
    this.#answers334 = code === 334;
    if (code === 421 || code === 521 || (told && code >= 400 && this.#exchange.at === "greeting"))
      this.#leaving = true;
    if (told && code === 354 && !this.#protocol.inContent) {
      this.#feigned = "content";
      this.#beginContent(true);
    }
  }

  #strike(at: "connect" | "tls", before: "greeting" | "handshake"): void {
    const fault = this.#pick(unasked(at));
    if (fault !== undefined) this.#speaker.act(fault, before);
  }

  #forget(): void {
    this.#exchange = unasked("greeting");
    this.#fault = undefined;
  }

  #pick({ at, line, recipient, sender }: Exchange): SettledFault | undefined {
    const { envelope } = this.#protocol;
    return this.#settings.book.pick({
      at,
      line,
      envelope,
      recipient,
      sender: sender ?? envelope.from?.toString(),
      connection: this.#settings.connection,
      session: this.#line.session,
      connectionScope: this,
      transactionScope: this.#transaction,
    });
  }

  #take(octets: number): Buffer {
    const taken = this.#input.subarray(0, octets);
    this.#input = this.#input.subarray(octets);
    return taken;
  }
}

interface Content {
  /** Finds the end, where a dot tells it. */
  readonly reader: DataReader | undefined;
  /** So many octets have come. */
  octets: number;
  fault: SettledFault | undefined;
}

const COPIES = { never: 0, once: 1, twice: 2 } as const;

const EMPTY: Buffer = Buffer.alloc(0);
const LF = 0x0a;
const ASTERISK = 0x2a;
const CANCEL = Buffer.from("*\r\n");

/** The first octet of a TLS record that opens a handshake. */
const TLS_HANDSHAKE = 0x16;

const authCancelled = Reply.of(501, "5.7.0", "Authentication cancelled");
const authRefused = Reply.of(535, "5.7.8", "Authentication failed");
const noRecipients = Reply.of(554, "5.5.1", "No valid recipients");
