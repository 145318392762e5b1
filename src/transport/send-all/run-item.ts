import { callersMistake, EnvoiError, reasonOf } from "../../errors.ts";
import { toEnvelope } from "../../message/content-inputs.ts";
import { Message } from "../../message/message.ts";
import type { MessageFields } from "../../message/message-fields.ts";
import { type OptionReaders, readOptions } from "../../text/options/option-reader.ts";
import { readSendOptions, type SendOptions } from "../send-options.ts";
import type { SendItem, SendRawItem } from "./send-run.ts";

/** A mail of a run: a message, or the bytes of one and its envelope. */
export type RunMail = Message | Pick<SendRawItem, "envelope" | "raw">;

/** An item of a run: a mail, or the reason why there is none. */
export interface RunItem {
  readonly tag: unknown;
  readonly mail?: RunMail;
  readonly options?: SendOptions | undefined;
  readonly mistake?: EnvoiError;
}

/** Reads an item, which is a mail or an object with a mail, and builds its message. */
export function readItem(item: unknown, build: (fields: MessageFields) => Message): RunItem {
  let tag: unknown;
  try {
    if (isRaw(item)) {
      ({ tag } = item);
      const { envelope, raw, options } = readOptions(item, rawItemReaders, "item", ["envelope", "raw"]);
      return { tag, mail: { envelope, raw }, options };
    }
    if (!isWrapped(item)) return { tag, mail: toMessage(item, build) };
    ({ tag } = item);
    const { message, options } = readOptions(item, itemReaders, "item");
    return { tag, mail: toMessage(message, build), options };
  } catch (error) {
    return { tag, mistake: EnvoiError.is(error) ? error : unbuildable(error) };
  }
}

const itemReaders: OptionReaders<SendItem> = {
  message: (value) => value as SendItem["message"],
  tag: (value) => value,
  options: (value, field) => readSendOptions(value as SendOptions, field),
};

const rawItemReaders: OptionReaders<SendRawItem> = {
  envelope: toEnvelope,
  raw: (value) => value as SendRawItem["raw"],
  tag: (value) => value,
  options: (value, field) => readSendOptions(value as SendOptions, field),
};

function isRaw(item: unknown): item is SendRawItem {
  return typeof item === "object" && item !== null && !Message.is(item) && "raw" in item;
}

function isWrapped(item: unknown): item is SendItem {
  return typeof item === "object" && item !== null && !Message.is(item) && "message" in item;
}

function toMessage(message: unknown, build: (fields: MessageFields) => Message): Message {
  return Message.is(message) ? message : build(message as MessageFields);
}

/** A getter of the caller's object has thrown. */
function unbuildable(cause: unknown): EnvoiError {
  const message = `the message cannot be built: ${reasonOf(cause)}`;
  return new EnvoiError(message, { kind: "message", ...callersMistake, cause });
}
