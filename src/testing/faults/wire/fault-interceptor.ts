import type { TlsAcceptor } from "../../../net/server/tls-acceptor.ts";
import { closesConnection } from "../../../protocol/closing-reply.ts";
import { DialogueMask } from "../../../protocol/masking/dialogue-mask.ts";
import { formatReply, Reply } from "../../../protocol/reply.ts";
import type { ServerEvent } from "../../../protocol/server/event.ts";
import { serverMask } from "../../../protocol/server/responder.ts";
import type {
  InterceptedConnection,
  Interceptor,
  ProtocolHalf,
  SocketAction,
} from "../../../server/connection/observer.ts";
import type { FaultPoint, ScramLie, TlsChanges } from "../definition/fault.ts";
import { offering, type ResolvedFault } from "../definition/resolved-fault.ts";
import { ConnectionFaults } from "../selection/connection-faults.ts";
import type { FaultBook } from "../selection/fault-book.ts";
import { type Storage, storageOf } from "../storage/storage.ts";
import { type ClientLine, readClientLine, unprompted } from "./client-line.ts";
import { ContentFeed } from "./content-feed.ts";
import { FaultyWriter } from "./faulty-reply-writer.ts";
import { lieInScram } from "./scram-lie.ts";
import { inTurn } from "./socket-actions.ts";
import { UnreadInput } from "./unread-input.ts";

/** Observes what the client and the server really send. */
export interface InterceptorObserver {
  /** The client sent a line. `behind`: the previous command, if the client did not wait for its reply. */
  heard(octets: Buffer, clientLine: ClientLine, behind: FaultPoint | undefined): void;
  /** The line was kept from the protocol. */
  withheld(clientLine: ClientLine): void;
  /** Content has arrived, as it was sent. `behind`: as above. */
  heardContent(octets: Buffer, from: "data" | "bdat", behind: FaultPoint | undefined): void;
  /** The client gets a reply, in whatever manner. */
  told(reply: string): void;
  /** All replies so far have been sent by actions, or never will be. */
  answered?(): void;
  /** The content of a message has ended. It is stored in this way. */
  messageEnded(storage: Storage): void;
}

/** What a {@link FaultInterceptor} needs to know of its server. */
export interface InterceptorSettings {
  readonly book: FaultBook;
  /** Which connection of the server it is. */
  readonly connection: number;
  readonly maxLineLength: number;
  /** Creates the acceptor of a handshake with other settings. */
  acceptor(changes: TlsChanges): Promise<TlsAcceptor | undefined>;
}

/**
 * Makes mistakes on request, between the protocol and the socket of one connection. It passes one line at a time to the
 * protocol, so it knows what each reply answers, and can change both. The protocol does not know of it.
 */
export class FaultInterceptor implements Interceptor {
  readonly #protocol: ProtocolHalf;
  readonly #line: InterceptedConnection;
  readonly #observer: InterceptorObserver;
  readonly #settings: InterceptorSettings;
  readonly #writer: FaultyWriter;
  readonly #faults: ConnectionFaults;
  readonly #input: UnreadInput = new UnreadInput();
  readonly #content: ContentFeed;
  readonly #mask: DialogueMask = new DialogueMask(serverMask);
  /** How far the client has come: a fault at `connect` strikes the first step. */
  #step: "none" | "handshake" | "greeted" = "none";
  #leaving = false;
  /** An event of the protocol that must wait for actions. */
  #held: ServerEvent | undefined;
  /** The line that the next reply answers, and the fault that strikes there. */
  #clientLine: ClientLine = unprompted("greeting");
  #fault: ResolvedFault | undefined;
  /** In LMTP, the faults of the replies to a message, one for each recipient. */
  #finals: (ResolvedFault | undefined)[] = [];
  /** The changes of the next handshake. */
  #tls: TlsChanges | undefined;
  /** The lie in the current SCRAM login. */
  #lie: ScramLie | undefined;
  /** Whether the login is over for the client only. It is ended for the protocol too, and that reply is dropped. */
  #ending = false;
  /** The last line whose reply the client cannot know yet. */
  #unanswered: FaultPoint | undefined;
  #early = false;
  #answers334 = false;
  #inAction = false;
  /** Whether the client is in a login that the protocol does not know of. */
  #feigned = false;

  constructor(
    protocol: ProtocolHalf,
    line: InterceptedConnection,
    observer: InterceptorObserver,
    settings: InterceptorSettings,
  ) {
    this.#protocol = protocol;
    this.#line = line;
    this.#observer = observer;
    this.#settings = settings;
    this.#faults = new ConnectionFaults(settings.book, () => ({
      connection: settings.connection,
      session: line.session,
      envelope: protocol.envelope,
    }));
    this.#writer = new FaultyWriter(line.accepted, (reply) => observer.told(reply));
    this.#content = new ContentFeed(this.#input, {
      heard: (octets, from) =>
        observer.heardContent(octets, from, from === "data" ? this.#unanswered : undefined),
      pass: (octets) => protocol.push(octets),
      strike: (fault) => this.#writer.act(fault, "content"),
      dotted: (feigned) => this.#dotted(feigned),
    });
  }

  /** Whether the client was greeted, and closed the connection. */
  get deserted(): boolean {
    return this.#step === "greeted" && !this.#leaving && !this.#writer.muted;
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
    if (this.#step === "none") this.#strike("connect", "greeting");
    this.#step = "greeted";
    if (this.#line.pending) this.#unanswered = "greeting";
    this.#begin(unprompted("greeting"));
    this.#protocol.greet(refusal);
  }

  handshake(): SocketAction | undefined {
    if (this.#step === "none") this.#strike("connect", "handshake");
    if (this.#step !== "greeted") this.#step = "handshake";
    this.#tls = this.#strike("tls", "handshake")?.tls;
    const all: SocketAction[] = [];
    for (let next = this.#writer.takeAction(); next; next = this.#writer.takeAction()) all.push(next);
    return all.length === 0 ? undefined : inTurn(all);
  }

  async acceptor(): Promise<TlsAcceptor | undefined> {
    const changes = this.#tls;
    this.#tls = undefined;
    return changes && (await this.#settings.acceptor(changes));
  }

  secured(...channel: Parameters<ProtocolHalf["secured"]>): void {
    this.#unanswered = undefined;
    this.#protocol.secured(...channel);
  }

  /** The connection is over. */
  close(): void {
    this.#content.end();
  }

  end(reply: Reply): void {
    this.#leaving = true;
    this.#forget();
    this.#protocol.end(reply);
  }

  push(octets: Buffer): void {
    if (!this.#early) this.#unanswered = undefined;
    this.#input.push(octets);
  }

  takeReplies(): string {
    this.#collect();
    this.#early = this.#line.pending || this.#input.length > 0;
    return this.#writer.takeOutput();
  }

  next(): ServerEvent | SocketAction | undefined {
    for (;;) {
      this.#collect();
      const action = this.#writer.takeAction();
      // The replies of an action have been sent when it is over; those of a muted writer never are.
      if (this.#writer.muted || (action === undefined && this.#inAction)) this.#observer.answered?.();
      this.#inAction = action !== undefined;
      if (action !== undefined) return action;
      if (this.#writer.muted) {
        this.#input.clear();
        return undefined;
      }
      if (this.#leaving) return { type: "close" };
      const event = this.#held ?? this.#protocol.next();
      this.#held = undefined;
      this.#collect();
      if (this.#writer.busy || this.#writer.muted || this.#leaving) this.#held = event;
      else if (event !== undefined) return this.#passing(event);
      else if (!this.#feed()) return undefined;
    }
  }

  /** Looks at an event before the host application gets it. */
  #passing(event: ServerEvent): ServerEvent {
    if (event.type === "close") this.#leaving = true;
    if (event.type === "data") this.#beginContent(this.#clientLine.at === "data" ? "dotted" : "chunked");
    if (event.type === "abandon") this.#content.end();
    if (event.type === "end") this.#ended();
    return event;
  }

  /** The message is complete. Its reply comes next; in LMTP, one for each recipient. */
  #ended(): void {
    this.#content.end();
    this.#clientLine = unprompted("final");
    const lmtp = this.#line.session.hello?.verb === "LHLO";
    if (lmtp) this.#finals = this.#faults.pickFinals();
    else this.#fault = this.#faults.pick(this.#clientLine) ?? this.#fault;
    const faults = lmtp ? this.#finals : [this.#fault];
    this.#observer.messageEnded(storageOf(faults.map((fault) => fault?.storage)));
  }

  /** Passes the next line or piece of content to the protocol. Returns whether there was one. */
  #feed(): boolean {
    if (this.#content.reading) return this.#content.feed();
    return this.#input.length > 0 && this.#feedLine();
  }

  #feedLine(): boolean {
    const end = this.#input.line;
    // The protocol judges what is not a line, and what must not follow STARTTLS.
    if (end === 0) {
      if (this.#input.length <= this.#settings.maxLineLength && this.#input.first !== TLS_HANDSHAKE)
        return false;
      this.#forget();
      this.#protocol.push(this.#input.take(this.#input.length));
      return true;
    }
    const clientLine = readClientLine(this.#input.peek(end), this.#answers334, this.#mask);
    const octets = this.#input.take(end);
    this.#answers334 = false;
    if (clientLine.at === "mail") this.#faults.begin();
    if (!this.#ending) {
      this.#observer.heard(octets, clientLine, this.#unanswered);
      this.#unanswered = clientLine.at;
    }
    this.#begin(clientLine);
    const withheld = this.#isWithheld();
    this.#content.expect(clientLine.chunk, withheld);
    if (withheld) this.#answer(clientLine, octets);
    else if (clientLine.at === "starttls")
      this.#protocol.push(Buffer.concat([octets, this.#input.take(this.#input.length)]));
    else this.#protocol.push(octets);
    return true;
  }

  /** Whether the command is kept from the protocol: it is refused, or the login is made up. */
  #isWithheld(): boolean {
    if (this.#feigned) return true;
    const reply = this.#fault?.reply;
    if (reply === undefined) return false;
    const { at } = this.#clientLine;
    return reply.code >= 400 || at === "auth" || at === "auth-response";
  }

  /** Answers a command that is kept from the protocol. */
  #answer(clientLine: ClientLine, octets: Buffer): void {
    if (this.#fault?.undiscarded) this.#content.expect(0, false);
    if (clientLine.at === "auth-response" && !this.#feigned) {
      // The protocol is in a login, which must end for it as well.
      this.#protocol.push(CANCEL);
      this.#protocol.next();
      this.#protocol.takeReplies();
    } else this.#observer.withheld(clientLine);
    this.#feigned = false;
    const cancelled = octets.length <= 3 && octets[0] === ASTERISK;
    this.#say(formatReply(cancelled ? authCancelled : authRefused));
    if (this.#answers334) this.#feigned = true;
  }

  #dotted(feigned: boolean): void {
    this.#unanswered = "final";
    if (!feigned) return;
    this.#begin(unprompted("final"));
    this.#say(formatReply(noRecipients));
  }

  #beginContent(kind: "dotted" | "chunked" | "feigned"): void {
    this.#content.begin(kind, this.#faults.reserve());
  }

  /** A line, or another point that a reply answers, begins. */
  #begin(clientLine: ClientLine): void {
    this.#clientLine = clientLine;
    this.#fault = this.#ending ? undefined : this.#faults.pick(clientLine);
    if (clientLine.at === "auth") this.#lie = this.#fault?.scram;
    else if (clientLine.at !== "auth-response") this.#lie = undefined;
  }

  /** Sends the replies of the protocol, or others instead. */
  #collect(): void {
    const replies = this.#protocol.takeReplies();
    if (replies !== "") this.#say(replies);
  }

  #say(proper: string): void {
    if (this.#ending) {
      this.#ending = false;
      return;
    }
    const finals = this.#finals;
    this.#finals = [];
    if (finals.length === 0) this.#sayOne(proper, this.#fault);
    else {
      const replies = proper.match(/(?:\d{3}-.*\r\n)*\d{3} .*\r\n/g) ?? [];
      for (const [index, reply] of replies.entries()) this.#sayOne(reply, finals[index]);
    }
  }

  #sayOne(proper: string, fault: ResolvedFault | undefined): void {
    this.#fault = undefined;
    let text = fault?.reply === undefined ? proper : formatReply(fault.reply);
    if (fault !== undefined) text = offering(text, fault);
    if (this.#lie !== undefined) text = this.#lying(this.#lie, text);
    let manner = fault;
    let told = fault?.reply !== undefined;
    if (fault?.raw === undefined && /^[45]/.test(text)) {
      const another = this.#faults.pick({ ...this.#clientLine, at: "error" });
      if (another?.reply !== undefined) text = formatReply(another.reply);
      told ||= another?.reply !== undefined;
      manner = another ?? fault;
    }
    const code = Number(text.slice(0, 3));
    this.#writer.say(text, manner);
    if (manner?.raw !== undefined) return;
    this.#answers334 = code === 334;
    const leaves = closesConnection({ code }) && manner?.stays !== true;
    if (leaves || (told && code >= 400 && this.#clientLine.at === "greeting")) this.#leaving = true;
    if (told && code === 354 && !this.#protocol.inContent) this.#beginContent("feigned");
  }

  #lying(lie: ScramLie, proper: string): string {
    const text = lieInScram(lie, proper);
    if (!text.startsWith("235") || proper === text) return text;
    this.#input.unshift(CRLF);
    this.#ending = true;
    return text;
  }

  #strike(at: "connect" | "tls", before: "greeting" | "handshake"): ResolvedFault | undefined {
    const fault = this.#faults.pick(unprompted(at));
    if (fault !== undefined) this.#writer.act(fault, before);
    return fault;
  }

  #forget(): void {
    this.#clientLine = unprompted("greeting");
    this.#fault = undefined;
  }
}

const CRLF = Buffer.from("\r\n");
const ASTERISK = 0x2a;
const CANCEL = Buffer.from("*\r\n");

/** The first byte of a TLS handshake. */
const TLS_HANDSHAKE = 0x16;

const authCancelled = Reply.of(501, "5.7.0", "Authentication cancelled");
const authRefused = Reply.of(535, "5.7.8", "Authentication failed");
const noRecipients = Reply.of(554, "5.5.1", "No valid recipients");
