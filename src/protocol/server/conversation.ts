import type { XforwardAttributes } from "../client-attributes/xforward.ts";
import type { ExtensionKeyword, Extensions } from "../extensions.ts";
import type { MailParameters } from "../parameters/parameters.ts";
import { formatReply, Reply } from "../reply.ts";
import { serverMechanisms } from "../sasl/mechanisms.ts";
import type { Channel } from "../sasl/server-mechanism.ts";
import type { ChunkHeader } from "./chunked-content.ts";
import { type ConversationState, ConversationStates } from "./conversation-state.ts";
import type { EnvelopeRecipient, ReceivedEnvelope } from "./envelope.ts";
import type { NewClient, ServerEvent } from "./event.ts";
import { beyond, type Limit, limitOf } from "./limit.ts";
import { offeredExtensions } from "./offered-extensions.ts";
import type { ServerSettings } from "./settings.ts";
import type { ClientStanding } from "./standing.ts";

/** A login in progress: takes lines that are not commands until it is over. */
export interface LoginSteps {
  readonly over: boolean;
  respond(line: string): Reply | ServerEvent;
}

/** Everything that the handlers of commands read and change about one connection. */
export class Conversation {
  readonly settings: ServerSettings;
  readonly #observer: ((reply: string) => void) | undefined;
  readonly #exceeded: ((limit: Limit) => void) | undefined;
  readonly #states = new ConversationStates();
  /** The AUTH exchange under way: lines are not commands. */
  exchange: LoginSteps | undefined;
  /** The chunk whose octets follow, and the refusal, if it is refused. */
  chunk: { readonly header: ChunkHeader; readonly refusal: Reply | undefined } | undefined;
  /** The octets at the URL of BURL follow. */
  fetching: { readonly last: boolean } | undefined;
  /** An event waits for its answer. */
  waiting = false;
  #output = "";
  #errors = 0;
  secure = false;
  /** What a mechanism may know about the TLS connection. */
  channel: Channel = inClear;
  /** Whether the client has sent EHLO: without it there are no extensions. */
  extended = false;
  user: string | undefined;
  /** How many commands there have been since a message was accepted, without those that bring one forward. */
  commands = 0;
  /** How many unknown commands there were since a message was accepted. */
  unknownCommands = 0;
  /** How many recipients have been accepted, and how many refused, since a message was accepted. */
  #acceptedRecipients = 0;
  #refusedRecipients = 0;
  /** How many transactions have been begun, or tried. */
  transactions = 0;
  /** How many attempts to authenticate have failed, TLS or not. */
  failedAttempts = 0;
  /** Whether a recipient of the transaction has been refused. */
  refusedRecipients = false;
  /** The extensions in force: those that were offered in the reply to EHLO. */
  extensions: Extensions = {};
  /** What the client may do because of where it comes from. */
  standing: ClientStanding;
  /** What XFORWARD has said about the next message, or the one under way. */
  #forwarded: XforwardAttributes | undefined;
  #from: ReceivedEnvelope["from"] = null;
  #parameters: MailParameters = {};
  #to: EnvelopeRecipient[] = [];

  /**
   * @param observer gets every reply as it is written.
   * @param exceeded gets each limit that a reply is about.
   */
  constructor(
    settings: ServerSettings,
    observer: ((reply: string) => void) | undefined,
    standing: ClientStanding,
    exceeded?: (limit: Limit) => void,
  ) {
    this.settings = settings;
    this.#observer = observer;
    this.standing = standing;
    this.#exceeded = exceeded;
  }

  /** The step that the conversation has reached. */
  get state(): ConversationState {
    return this.#states.state;
  }

  /** Whether a transaction has begun and has not ended. */
  get inTransaction(): boolean {
    return this.#states.inTransaction;
  }

  /** Whether the connection must be closed after the replies were sent. */
  get closing(): boolean {
    return this.#states.closing;
  }

  /** Reads nothing more, and closes the connection once the replies are out. */
  close(): void {
    this.#states.close();
  }

  /** Greets, or refuses the connection; then the connection closes. */
  greet(refusal?: Reply): void {
    const { hostname, banner, lmtp } = this.settings;
    const greeting = `${hostname} ${lmtp ? "LMTP" : "ESMTP"} ${banner}`.trim();
    this.sayBare(refusal ?? Reply.of(220, undefined, greeting));
    if (refusal !== undefined) this.close();
  }

  /** The octets at a URL follow, as a part of the message. */
  fetch(last: boolean): void {
    this.fetching = { last };
    this.waiting = false;
  }

  /** The client has introduced itself, and been accepted. */
  introduced(extended: boolean): void {
    this.reset();
    this.#states.on("hello");
    this.extended = extended;
    this.extensions = extended ? offeredExtensions(this) : {};
  }

  /** The first, or another, chunk of a message follows. */
  beginChunk(): void {
    this.#states.on("chunk");
  }

  /** Replies. Each reply of class 2, 4 and 5 gets an enhanced code (RFC 2034). Nothing follows a 421 or 521. */
  say(reply: Reply): void {
    const tooMany = isError(reply) && ++this.#errors > this.settings.maxErrors;
    const said = tooMany ? tooManyErrors : reply;
    const limit = said.code < 400 ? undefined : limitOf(said);
    if (limit !== undefined) this.#exceeded?.(limit);
    this.#write(this.#coded(said));
  }

  /** Replies without adding an enhanced code: the greeting, and the replies to HELO and EHLO (RFC 2034 3). */
  sayBare({ code, lines }: Reply): void {
    this.#write(new Reply({ code, lines }));
  }

  /** How many bytes of replies wait to be taken. */
  get backlog(): number {
    return this.#output.length;
  }

  /** Takes the replies that wait. */
  takeOutput(): string {
    const output = this.#output;
    this.#output = "";
    return output;
  }

  #coded(reply: Reply): Reply {
    const { code, lines, enhancedCode, intermediate } = reply;
    if (this.settings.without.has("ENHANCEDSTATUSCODES"))
      return enhancedCode === undefined ? reply : new Reply({ code, lines });
    if (enhancedCode !== undefined || intermediate) return reply;
    return new Reply({ code, enhancedCode: `${Math.trunc(code / 100)}.0.0`, lines });
  }

  #write(reply: Reply): void {
    const octets = formatReply(reply);
    this.#output += octets;
    this.waiting = false;
    this.#observer?.(octets);
    this.#states.replied(reply.code);
  }

  /** The envelope of the transaction so far. */
  get envelope(): ReceivedEnvelope {
    return { from: this.#from, to: [...this.#to], parameters: this.#parameters };
  }

  /** How many recipients have been accepted. */
  get recipients(): number {
    return this.#to.length;
  }

  /** Whether the transaction was begun with SMTPUTF8. */
  get smtpUtf8(): boolean {
    return this.#parameters.SMTPUTF8 === true;
  }

  /** Whether the transaction was begun with BODY=BINARYMIME. */
  get binary(): boolean {
    return this.#parameters.BODY === "BINARYMIME";
  }

  /** Whether wrong syntax is accepted if its meaning is clear. */
  get lenient(): boolean {
    return this.settings.lenient;
  }

  /** Begins a transaction. */
  begin(from: ReceivedEnvelope["from"], parameters: MailParameters): void {
    this.#forgetEnvelope();
    this.#from = from;
    this.#parameters = parameters;
    this.#states.on("mail");
  }

  /** A message has been accepted: what was wrong on the way to it is forgiven. */
  accepted(): void {
    this.commands = 0;
    this.unknownCommands = 0;
    this.#errors = 0;
    this.#acceptedRecipients = 0;
    this.#refusedRecipients = 0;
  }

  /** Refuses a recipient. A client that guesses addresses is not answered for ever. */
  refuseRecipient(reply: Reply): void {
    this.refusedRecipients = true;
    const tooMany = ++this.#refusedRecipients > this.settings.maxRefusedRecipients;
    this.say(tooMany ? tooManyRefused : reply);
  }

  /** Adds an accepted recipient. */
  add(recipient: EnvelopeRecipient): void {
    this.#to.push(recipient);
    if (++this.#acceptedRecipients <= this.settings.maxRecipients) this.commands--;
    this.#states.on("recipient");
  }

  /** Forgets the transaction, and what XFORWARD has said. */
  reset(): void {
    this.#forgetEnvelope();
    this.#forwarded = undefined;
    this.#states.on("reset");
  }

  #forgetEnvelope(): void {
    this.#from = null;
    this.#parameters = {};
    this.#to = [];
    this.refusedRecipients = false;
  }

  /** Forgets everything that came before TLS (RFC 3207 section 4.2). */
  secured(channel: Channel = inClear): void {
    this.reset();
    this.#states.on("secured");
    this.#forgetClient();
    this.channel = channel;
    this.secure = true;
  }

  /** Begins anew with another client, as if it had just connected. Only TLS stays, without a certificate. */
  restart({ standing, user }: NewClient): void {
    this.reset();
    this.#states.on("restart");
    this.#forgetClient();
    this.channel = inClear;
    this.accepted();
    this.transactions = 0;
    this.failedAttempts = 0;
    this.standing = standing;
    this.user = user;
  }

  #forgetClient(): void {
    this.extended = false;
    this.extensions = {};
    this.user = undefined;
  }

  /** Keeps what XFORWARD says. What it does not mention stays as it is. */
  forward(attributes: XforwardAttributes): void {
    this.#forwarded = { ...this.#forwarded, ...attributes };
  }

  /** What XFORWARD has said about the next message, or the one under way. */
  get forwarded(): XforwardAttributes | undefined {
    return this.#forwarded;
  }

  /** Whether AUTH is allowed without TLS. */
  get allowsPlaintextCredentials(): boolean {
    return this.settings.allowPlaintextCredentials && this.standing.near;
  }

  /** Whether an extension is in force. */
  readonly offers = (extension: ExtensionKeyword): boolean => this.extensions[extension] !== undefined;

  /** The names of the mechanisms that can be done now. */
  get mechanisms(): readonly string[] {
    return this.settings.mechanisms.filter((name) => {
      const mechanism = serverMechanisms.get(name);
      return mechanism !== undefined && (mechanism.available?.(this.channel) ?? true);
    });
  }
}

const tooManyErrors = beyond("maxErrors", Reply.of(421, "4.7.0", "Too many errors"));
const tooManyRefused = beyond(
  "maxRefusedRecipients",
  Reply.of(421, "4.7.0", "Too many recipients have been refused"),
);

const inClear: Channel = { certified: false, bindings: new Map() };

/** Whether a reply means that the client made a mistake. A refusal for other reasons does not. */
function isError({ code }: Reply): boolean {
  return (code >= 500 && code <= 504) || code === 555;
}
