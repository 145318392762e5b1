import { callersMistake, EnvoiError, reasonOf } from "../../errors.ts";
import { Message } from "../../message/message.ts";
import type { MessageFields } from "../../message/message-fields.ts";
import { type OptionReaders, readOptions } from "../../text/options/option-reader.ts";
import { readSendOptions, type SendOptions } from "../send-options.ts";
import type { SendItem } from "./send-run.ts";

/** An item of a run: a message, or the reason why there is none. */
export interface RunItem {
  readonly tag: unknown;
  readonly message?: Message;
  readonly options?: SendOptions | undefined;
  readonly mistake?: EnvoiError;
}

/** Reads an item, which is a mail or an object with a mail, and builds its message. */
export function readItem(item: unknown, build: (fields: MessageFields) => Message): RunItem {
  let tag: unknown;
  try {
    if (!isWrapped(item)) return { tag, message: toMessage(item, build) };
    ({ tag } = item);
    const { message, options } = readOptions(item, itemReaders, "item");
    return { tag, message: toMessage(message, build), options };
  } catch (error) {
    return { tag, mistake: EnvoiError.is(error) ? error : unbuildable(error) };
  }
}

const itemReaders: OptionReaders<SendItem> = {
  message: (value) => value as SendItem["message"],
  tag: (value) => value,
  options: (value, field) => readSendOptions(value as SendOptions, field),
};

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
