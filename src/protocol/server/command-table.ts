import { Address } from "../../address/address.ts";
import type { Command, Verb } from "../command.ts";
import { formatEhlo } from "../extensions.ts";
import { Reply } from "../reply.ts";
import { serverMechanisms } from "../sasl/mechanisms.ts";
import { AuthExchange } from "./auth-exchange.ts";
import type { Conversation } from "./conversation.ts";
import type { ConversationState } from "./conversation-state.ts";
import type { ServerEvent } from "./event.ts";

/** The result of a command; `undefined` if the reply has been written already. */
export type Outcome = Reply | ServerEvent | undefined;

/** What is done about a command. */
export type Handler<V extends Verb> = (conversation: Conversation, command: CommandOf<V>) => Outcome;

type CommandOf<V extends Verb> = Command & { readonly verb: V };

/** A row of the table: what is done in each state. A reply is a refusal; the argument is then not even read. */
export type Row<V extends Verb> = Readonly<Record<ConversationState, Handler<V> | Reply>>;

const helloFirst = Reply.of(503, "5.5.1", "Say EHLO first");
const lhloOnly = Reply.of(500, undefined, "This is LMTP: say LHLO");
const noLhlo = Reply.of(500, undefined, "This is not LMTP");
const mailFirst = Reply.of(503, "5.5.1", "Say MAIL first");
const nested = Reply.of(503, "5.5.1", "A transaction is under way");
const chunked = Reply.of(503, "5.5.1", "The message is coming by BDAT");
const binary = Reply.of(503, "5.5.1", "BODY=BINARYMIME goes by BDAT");
const notHere = Reply.of(502, "5.5.1", "Not implemented");
const senderAccepted = Reply.of(250, "2.1.0", "Sender accepted");
const recipientAccepted = Reply.of(250, "2.1.5", "Recipient accepted");
const goOn = Reply.of(354, undefined, "End the message with a dot on a line of its own");

/** The server: state x verb (RFC 5321 4.1.4). */
export const commandTable: { readonly [V in Verb]: Row<V> } = {
  HELO: { fresh: hello, ready: hello, mail: hello, recipients: hello, chunks: hello },
  EHLO: { fresh: hello, ready: hello, mail: hello, recipients: hello, chunks: hello },
  LHLO: { fresh: hello, ready: hello, mail: hello, recipients: hello, chunks: hello },
  STARTTLS: { fresh: helloFirst, ready: starttls, mail: starttls, recipients: starttls, chunks: starttls },
  AUTH: { fresh: helloFirst, ready: auth, mail: nested, recipients: nested, chunks: nested },
  MAIL: { fresh: helloFirst, ready: mail, mail: nested, recipients: nested, chunks: nested },
  RCPT: { fresh: helloFirst, ready: mailFirst, mail: recipient, recipients: recipient, chunks: nested },
  DATA: { fresh: helloFirst, ready: mailFirst, mail: dataInVain, recipients: data, chunks: chunked },
  BDAT: {
    fresh: refuseChunk(helloFirst),
    ready: refuseChunk(mailFirst),
    mail: chunkInVain,
    recipients: chunk,
    chunks: chunk,
  },
  RSET: { fresh: reset, ready: reset, mail: reset, recipients: reset, chunks: reset },
  NOOP: { fresh: noop, ready: noop, mail: noop, recipients: noop, chunks: noop },
  HELP: { fresh: help, ready: help, mail: help, recipients: help, chunks: help },
  VRFY: { fresh: verify, ready: verify, mail: verify, recipients: verify, chunks: verify },
  EXPN: { fresh: notHere, ready: notHere, mail: notHere, recipients: notHere, chunks: notHere },
  QUIT: { fresh: quit, ready: quit, mail: quit, recipients: quit, chunks: quit },
};

/** The verb of a command line, in any case, or `undefined` if the command is unknown. */
export function readVerb(line: string): Verb | undefined {
  const space = line.indexOf(" ");
  const word = (space === -1 ? line : line.slice(0, space)).toUpperCase();
  return Object.hasOwn(commandTable, word) ? (word as Verb) : undefined;
}

function hello(conversation: Conversation, { verb, domain }: CommandOf<"HELO" | "EHLO" | "LHLO">): Outcome {
  if (conversation.settings.lmtp !== (verb === "LHLO")) {
    conversation.sayBare(conversation.settings.lmtp ? lhloOnly : noLhlo);
    return undefined;
  }
  if (verb === "EHLO" && conversation.settings.without.has("EHLO")) return notHere;
  const answer = (verdict: Reply | undefined) => {
    if (isRefusal(verdict)) return conversation.sayBare(verdict);
    conversation.introduced(verb !== "HELO");
    const { hostname } = conversation.settings;
    const lines = verb !== "HELO" ? formatEhlo(hostname, conversation.extensions) : [hostname];
    conversation.sayBare(Reply.of(250, undefined, ...lines));
  };
  return { type: "hello", verb, name: domain, answer };
}

function starttls({ settings, secure }: Conversation): Outcome {
  if (secure) return Reply.of(503, "5.5.1", "TLS is active");
  return !settings.starttls || settings.without.has("STARTTLS") ? notHere : { type: "starttls" };
}

function auth(conversation: Conversation, { mechanism: name, initialResponse }: CommandOf<"AUTH">): Outcome {
  const { settings, secure, user, extended } = conversation;
  if (settings.mechanisms.length === 0 || settings.without.has("AUTH")) return notHere;
  if (!extended) return helloFirst;
  if (user !== undefined) return Reply.of(503, "5.5.1", "Authenticated already");
  if (!secure && !settings.allowPlaintextCredentials)
    return Reply.of(538, "5.7.11", "Authenticate over TLS only");
  const mechanism = conversation.mechanisms.includes(name) ? serverMechanisms.get(name) : undefined;
  if (mechanism === undefined) return Reply.of(504, "5.5.4", "Mechanism not implemented");
  const exchange = new AuthExchange(conversation, mechanism);
  conversation.exchange = exchange;
  return exchange.start(initialResponse);
}

function mail(conversation: Conversation, { from, parameters }: CommandOf<"MAIL">): Outcome {
  const { maxTransactions } = conversation.settings;
  if (maxTransactions > 0 && ++conversation.transactions > maxTransactions)
    return Reply.of(421, "4.7.0", "Too many transactions");
  const objection = conversation.objection(parameters);
  if (objection !== undefined) return objection;
  const answer = (verdict: Reply | undefined) => {
    if (isRefusal(verdict)) return conversation.say(verdict);
    conversation.begin(from, parameters);
    conversation.say(verdict ?? senderAccepted);
  };
  return { type: "mail", from, parameters, answer };
}

function recipient(conversation: Conversation, { to, parameters }: CommandOf<"RCPT">): Outcome {
  const { maxRecipients, hostname } = conversation.settings;
  if (conversation.recipients >= maxRecipients) return Reply.of(452, "4.5.3", "Too many recipients");
  const address = to === "postmaster" ? Address.of("postmaster", hostname) : to;
  const answer = (verdict: Reply | undefined) => {
    if (isRefusal(verdict)) return conversation.refuseRecipient(verdict);
    conversation.add({ address, parameters });
    conversation.say(verdict ?? recipientAccepted);
  };
  return { type: "recipient", recipient: address, parameters, answer };
}

function data(conversation: Conversation): Outcome {
  if (conversation.binary) return binary;
  conversation.say(goOn);
  return { type: "data" };
}

/** All recipients were refused, which a client that pipelines learns too late, or there were none (RFC 5321 3.3). */
function dataInVain({ refusedRecipients, settings }: Conversation): Reply {
  // RFC 2033 4.2 knows of one reply only.
  return refusedRecipients && !settings.lmtp
    ? Reply.of(554, "5.5.1", "No recipient has been accepted")
    : Reply.of(503, "5.5.1", "Say RCPT first");
}

function chunk(conversation: Conversation, header: CommandOf<"BDAT">): Outcome {
  if (!conversation.extended) return refuseChunk(helloFirst)(conversation, header);
  conversation.chunk = { header, refusal: undefined };
  // How many there may be of these `maxMessageSize` says.
  if (header.size > 0) conversation.commands--;
  if (conversation.state === "chunks") return undefined;
  conversation.beginChunk();
  return { type: "data" };
}

function chunkInVain(conversation: Conversation, header: CommandOf<"BDAT">): Outcome {
  return refuseChunk(dataInVain(conversation))(conversation, header);
}

/** Refuses a chunk after its octets have arrived (RFC 3030 section 2). */
function refuseChunk(refusal: Reply): Handler<"BDAT"> {
  return (conversation, header) => {
    conversation.chunk = { header, refusal };
    return undefined;
  };
}

function reset(conversation: Conversation): Outcome {
  conversation.reset();
  return Reply.of(250, "2.0.0", "Reset");
}

function noop(): Outcome {
  return Reply.of(250, "2.0.0", "OK");
}

function help(): Outcome {
  return Reply.of(214, "2.0.0", "See RFC 5321");
}

/** Tells nothing (RFC 5321 7.3). */
function verify(): Outcome {
  return Reply.of(252, "2.5.0", "Send some mail, it will be tried");
}

function quit(conversation: Conversation): Outcome {
  conversation.close();
  return Reply.of(221, "2.0.0", "Bye");
}

function isRefusal(verdict: Reply | undefined): verdict is Reply {
  return verdict !== undefined && !verdict.positive;
}
