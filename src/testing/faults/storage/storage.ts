import type { Reply } from "../../../protocol/reply.ts";
import { record } from "../../../text/options/option-kinds.ts";
import { wrongChoice, wrongOption } from "../../../text/options/option-reader.ts";
import type { FaultTrigger } from "../definition/fault.ts";
import { readReply } from "../definition/reply-reader.ts";

/** How a message is stored. */
export interface Storage {
  readonly copies: 0 | 1 | 2;
  /** Whether the message is not stored for no other reason than that it is refused. */
  readonly refused: boolean;
  /** The most bytes that are stored. */
  readonly truncate: number;
  /** Header fields by their names in lower case, with another value or none. */
  readonly rewrite: Rewrite;
  readonly strip8bit: boolean;
  /** The reply that a delivery status reports. */
  readonly bounce: Reply | undefined;
}

/** Stored once, unchanged. */
export const properly: Storage = {
  copies: 1,
  refused: false,
  truncate: Number.POSITIVE_INFINITY,
  rewrite: new Map(),
  strip8bit: false,
  bounce: undefined,
};

/** Header fields by their names in lower case, with another value, or with `null` to remove them. */
export type Rewrite = ReadonlyMap<string, string | null>;

/** The fields of a fault about how a message is stored. */
export type StorageChanges = Pick<FaultTrigger, "keep"> &
  Partial<Pick<Storage, "truncate" | "rewrite" | "strip8bit"> & { readonly bounce: Reply }>;

/**
 * How a fault stores a message; `undefined` if the fault changes nothing. A refused message is not stored, unless the
 * fault says so.
 *
 * @param refuses whether the fault refuses the message.
 */
export function resolveStorage(changes: StorageChanges, refuses: boolean): Storage | undefined {
  const { keep, truncate, rewrite, strip8bit, bounce } = changes;
  const changed = [keep, truncate, rewrite, strip8bit, bounce].some((each) => each !== undefined);
  if (!refuses && !changed) return undefined;
  return {
    copies: COPIES[keep ?? (refuses ? "never" : "once")],
    refused: refuses && keep === undefined,
    truncate: truncate ?? Number.POSITIVE_INFINITY,
    rewrite: rewrite ?? new Map(),
    strip8bit: strip8bit ?? false,
    bounce,
  };
}

/** How a message with several replies is stored: if it is refused for some recipients, it is stored for the others. */
export function storageOf(told: readonly (Storage | undefined)[]): Storage {
  const otherwise = told.find((storage) => storage?.refused === false);
  if (otherwise !== undefined) return otherwise;
  return told.every((storage) => storage !== undefined) ? (told[0] ?? properly) : properly;
}

/** The message as it is stored. */
export function stored(raw: Buffer, { truncate, rewrite, strip8bit }: Storage): Buffer {
  let kept = rewrite.size === 0 ? raw : rewritten(raw, rewrite);
  if (strip8bit) kept = Buffer.from(kept.map((octet) => octet & 0x7f));
  return kept.subarray(0, Math.min(truncate, kept.length));
}

/** Fields keep their place; new ones come first. */
function rewritten(raw: Buffer, rewrite: Rewrite): Buffer {
  const text = raw.toString("latin1");
  const end = text.startsWith("\r\n") ? 0 : text.indexOf("\r\n\r\n") + 2;
  const head = end === 1 ? text : text.slice(0, end);
  const missing = new Map(rewrite);
  const fields = head.match(/[^\r\n][\s\S]*?(?:\r\n(?![ \t])|$)/g) ?? [];
  const kept = fields.map((field) => {
    const name = field.slice(0, field.indexOf(":")).trimEnd();
    const value = rewrite.get(name.toLowerCase());
    missing.delete(name.toLowerCase());
    return value === undefined ? field : value === null ? "" : `${name}: ${octetsOf(value)}\r\n`;
  });
  const added = [...missing].map(([name, value]) =>
    value === null ? "" : `${name}: ${octetsOf(value)}\r\n`,
  );
  return Buffer.from(added.join("") + kept.join("") + text.slice(head.length), "latin1");
}

function octetsOf(value: string): string {
  return Buffer.from(value).toString("latin1");
}

/** Reads the header fields that a fault rewrites. @throws EnvoiError of kind `"configuration"` */
export function readRewrite(value: unknown, field: string): Rewrite {
  const fields = Object.entries(record(readFieldValue)(value, field));
  const wrong = fields.find(([name]) => !/^[!-9;-~]+$/.test(name));
  if (wrong !== undefined) throw wrongChoice(field, "names of header fields", wrong[0]);
  return new Map(fields.map(([name, text]) => [name.toLowerCase(), text]));
}

function readFieldValue(value: unknown, field: string): string | null {
  if (value === null || (typeof value === "string" && !/[\0\r\n]/.test(value))) return value;
  throw wrongOption(field, "one line or null", value);
}

/** Reads the refusal with which a mail bounces. @throws EnvoiError of kind `"configuration"` */
export function readBounce(value: unknown, field: string): Reply {
  const reply = readReply(value, field);
  if (reply.code < 400) throw wrongChoice(field, "a reply that refuses, 4xx or 5xx", String(reply));
  return reply;
}

const COPIES = { never: 0, once: 1, twice: 2 } as const;
