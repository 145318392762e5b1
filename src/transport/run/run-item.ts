import { callersMistake, EnvoiError, reasonOf } from "../../errors.ts";
import { Message } from "../../message/message.ts";
import { checkOptionNames, sendOptionNames } from "../option-names.ts";
import { checkSignal } from "../signal.ts";
import type { SendOptions } from "../transport.ts";
import type { SendItem } from "./send-run.ts";

/** An item as a run takes it: a message, or the mistake for which there is none. */
export interface RunItem {
  readonly tag: unknown;
  readonly message?: Message;
  readonly options?: SendOptions | undefined;
  readonly mistake?: EnvoiError;
}

/** Reads an item, a mail by itself or one with something said of it, and builds its message. */
export function readItem(item: unknown): RunItem {
  let tag: unknown;
  try {
    if (!isWrapped(item)) return { tag, message: built(item) };
    ({ tag } = item);
    const { message, options } = item;
    checkOptionNames("sendAll, an item", item, itemNames);
    if (options !== undefined) {
      checkOptionNames("sendAll, the options of an item", options, sendOptionNames);
      checkSignal("sendAll, the options of an item", options.signal);
    }
    return { tag, message: built(message), options };
  } catch (error) {
    return { tag, mistake: EnvoiError.is(error) ? error : unbuildable(error) };
  }
}

const itemNames: readonly (keyof SendItem)[] = ["message", "tag", "options"];

function isWrapped(item: unknown): item is SendItem {
  return typeof item === "object" && item !== null && !Message.is(item) && "message" in item;
}

function built(message: unknown): Message {
  return Message.is(message) ? message : Message.create(message as object);
}

/** A getter of the caller's has thrown. */
function unbuildable(cause: unknown): EnvoiError {
  const message = `the message cannot be built: ${reasonOf(cause)}`;
  return new EnvoiError(message, { kind: "message", ...callersMistake, cause });
}
