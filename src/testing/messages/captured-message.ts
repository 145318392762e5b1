import type { ReceivedEnvelope } from "../../protocol/server/envelope.ts";
import type { Session } from "../../server/connection/session.ts";
import { pattern } from "../../text/options/option-kinds.ts";
import { type OptionReaders, readOptions } from "../../text/options/option-reader.ts";
import type { Authentication } from "../../verify/authentication/authentication.ts";
import type { Transcript } from "../transcripts/transcript.ts";
import { isAddressLike } from "./address-key.ts";
import type { ParsedMessage } from "./parsed-message.ts";

/** A message that a TestServer has received. It is complete before the client gets 250. */
export interface CapturedMessage {
  /** The sender, the accepted recipients, and the parameters of MAIL and RCPT. */
  readonly envelope: ReceivedEnvelope;
  /** The message, byte for byte as the client sent it. */
  readonly raw: Buffer;
  /** The message as a mail program shows it. It is parsed when it is first read, so it delays no client. */
  readonly parsed: ParsedMessage;
  /** The connection: TLS, login, addresses. */
  readonly session: Session;
  /** One of the recipients of the envelope. */
  readonly to: readonly string[];
  /**
   * The commands and replies of the connection, as in `server.transcripts`: complete up to this message, and growing
   * while the connection is open.
   */
  readonly transcript: Transcript;
  /**
   * Who sent the message, by SPF, DKIM, ARC and DMARC, as a receiver finds out; with the option `verify`. A fault that
   * changes what is stored does not change it.
   */
  readonly authentication?: Authentication;
  /** When the message was complete. */
  readonly receivedAt: Date;
}

/** A message that is parsed when `parsed` is first read. `made` is called then. */
export function capturedMessage(
  facts: Omit<CapturedMessage, "parsed">,
  parse: () => ParsedMessage,
  made: (message: CapturedMessage) => void,
): CapturedMessage {
  const message: CapturedMessage = {
    ...facts,
    get parsed(): ParsedMessage {
      Object.defineProperty(message, "parsed", { value: parse(), enumerable: true });
      made(message);
      return message.parsed;
    },
  };
  return message;
}

/**
 * Describes messages: all fields that are given must match. A string must match as a whole. Addresses are compared as
 * addresses: domains in any spelling (`bücher.example` is `xn--bcher-kva.example`), local parts in any case.
 */
export interface MessagePattern {
  /** One of the recipients of the envelope. */
  readonly to?: string | RegExp;
  /** The sender of the envelope; `""` is the null sender. */
  readonly from?: string | RegExp;
  /** The subject, decoded. */
  readonly subject?: string | RegExp;
}

/** Describes messages by a pattern or by a function. */
export type MessageMatch = MessagePattern | ((message: CapturedMessage) => boolean);

/**
 * Checks a description of messages: one with an unknown field would match nothing, or everything.
 *
 * @throws EnvoiError of kind `"configuration"`.
 */
export function readMatch(match: MessageMatch): MessageMatch {
  return typeof match === "function" ? match : readOptions(match, patternReaders, "match");
}

/** The readers of the fields that describe a message. */
export const patternReaders: OptionReaders<MessagePattern> = { to: pattern, from: pattern, subject: pattern };

/** Whether a message matches. */
export function matches(message: CapturedMessage, match: MessageMatch): boolean {
  if (typeof match === "function") return match(message);
  const { to, from, subject } = match;
  return (
    (to === undefined || message.to.some((recipient) => isAddressLike(recipient, to))) &&
    (from === undefined || isAddressLike(String(message.envelope.from ?? ""), from)) &&
    (subject === undefined || isLike(message.parsed.subject ?? "", subject))
  );
}

/** A message in one line, for people. */
export function summary({ envelope, to, parsed, raw }: CapturedMessage): string {
  return `<${envelope.from ?? ""}> to <${to.join(">, <")}>: ${JSON.stringify(parsed.subject ?? "")} (${raw.length} octets)`;
}

/** Whether a text equals a string, or matches a regular expression. */
export function isLike(text: string, pattern: string | RegExp): boolean {
  return typeof pattern === "string" ? text === pattern : text.search(pattern) !== -1;
}
