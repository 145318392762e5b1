import type { ReceivedEnvelope } from "../../protocol/server/envelope.ts";
import type { Session } from "../../server/connection/session.ts";
import { pattern } from "../../text/option-kinds.ts";
import { type OptionReaders, readOptions } from "../../text/options.ts";
import type { Transcript } from "../transcripts/transcript.ts";
import { isAddressLike } from "./address-key.ts";
import type { ParsedMessage } from "./parsed-message.ts";

/** A message that a TestServer has received. All of it is there before the client is told 250. */
export interface CapturedMessage {
  /** The sender, the recipients that were accepted, and the parameters of MAIL and RCPT. */
  readonly envelope: ReceivedEnvelope;
  /** The message, octet by octet as it was sent. */
  readonly raw: Buffer;
  /** What a mail program makes of it: made when it is first looked at, which holds up no client. */
  readonly parsed: ParsedMessage;
  /** The connection: TLS, who authenticated, where from. */
  readonly session: Session;
  /** The recipients of the envelope as text. */
  readonly to: readonly string[];
  /**
   * What has been said in that connection, line by line, as `server.transcripts` has it: all of it that came before the
   * message was taken, and in time what comes behind.
   */
  readonly transcript: Transcript;
  /** When the message was complete. */
  readonly receivedAt: Date;
}

/** A message whose parsed form is made when somebody asks for it; `made` is then told. */
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
 * Which message is meant: what is given must hold. A string must be equal, in whole. Addresses are compared as
 * addresses: the domain in any spelling (`bücher.example` is `xn--bcher-kva.example`), the local part without regard to
 * case.
 */
export interface MessagePattern {
  /** One of the recipients of the envelope. */
  readonly to?: string | RegExp;
  /** The sender of the envelope; `""` is the null sender. */
  readonly from?: string | RegExp;
  /** The subject, decoded. */
  readonly subject?: string | RegExp;
}

/** Which message is meant. */
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

/** Whether this is one of the messages that are meant. */
export function matches(message: CapturedMessage, match: MessageMatch): boolean {
  if (typeof match === "function") return match(message);
  const { to, from, subject } = match;
  return (
    (to === undefined || message.to.some((recipient) => isAddressLike(recipient, to))) &&
    (from === undefined || isAddressLike(String(message.envelope.from ?? ""), from)) &&
    (subject === undefined || isLike(message.parsed.subject ?? "", subject))
  );
}

/** The message on one line, for people. */
export function summary({ envelope, to, parsed, raw }: CapturedMessage): string {
  return `<${envelope.from ?? ""}> to <${to.join(">, <")}>: ${JSON.stringify(parsed.subject ?? "")} (${raw.length} octets)`;
}

/** Whether a text is equal to a string, in whole, or has a part that a regular expression describes. */
export function isLike(text: string, pattern: string | RegExp): boolean {
  return typeof pattern === "string" ? text === pattern : text.search(pattern) !== -1;
}
