import type { Reply } from "../../../protocol/reply.ts";
import { checkNames } from "../../../text/known-names.ts";
import type { FaultTrigger } from "../definition/fault.ts";
import { count, flag, oneOf, refuseFault } from "../definition/fault-fields.ts";
import { resolveReply } from "../definition/resolved-reply.ts";

/** How a message is kept. */
export interface Storage {
  readonly copies: 0 | 1 | 2;
  /** It is not kept for no other reason than that it is refused. */
  readonly refused: boolean;
  /** The most octets. */
  readonly truncate: number;
  /** Header fields by their names in lower case, with another value or none. */
  readonly rewrite: ReadonlyMap<string, string | null>;
  readonly strip8bit: boolean;
  /** What a delivery status about it says that another server has said. */
  readonly bounce: Reply | undefined;
}

/** As it came. */
export const properly: Storage = {
  copies: 1,
  refused: false,
  truncate: Number.POSITIVE_INFINITY,
  rewrite: new Map(),
  strip8bit: false,
  bounce: undefined,
};

/**
 * Reads what a fault says of it; `undefined` where it says nothing. What it refuses is not kept, unless it says so.
 *
 * @throws EnvoiError of kind `"configuration"` which names the field.
 */
export function resolveStorage(fault: Partial<FaultTrigger>, refuses: boolean): Storage | undefined {
  const { keep, truncate, rewrite, strip8bit, bounce } = fault;
  oneOf("keep", keep, [undefined, "once", "never", "twice"]);
  const storage: Storage = {
    copies: COPIES[keep ?? (refuses ? "never" : "once")],
    refused: refuses && keep === undefined,
    truncate: count("truncate", truncate, Number.POSITIVE_INFINITY, 0),
    rewrite: rewrite === undefined ? new Map() : resolveRewrite(rewrite),
    strip8bit: flag("strip8bit", strip8bit),
    bounce: bounce === undefined ? undefined : resolveBounce(bounce),
  };
  const told = refuses || [keep, truncate, rewrite, strip8bit, bounce].some((each) => each !== undefined);
  return told ? storage : undefined;
}

/**
 * How a message is kept to which there have been such replies: what is refused for some recipients is kept for the
 * others.
 */
export function storageOf(told: readonly (Storage | undefined)[]): Storage {
  const otherwise = told.find((storage) => storage?.refused === false);
  if (otherwise !== undefined) return otherwise;
  return told.every((storage) => storage !== undefined) ? (told[0] ?? properly) : properly;
}

/** The message as it is kept. */
export function stored(raw: Buffer, { truncate, rewrite, strip8bit }: Storage): Buffer {
  let kept = rewrite.size === 0 ? raw : rewritten(raw, rewrite);
  if (strip8bit) kept = Buffer.from(kept.map((octet) => octet & 0x7f));
  return kept.subarray(0, Math.min(truncate, kept.length));
}

/** Fields stay where they are; what was not there is put in front. */
function rewritten(raw: Buffer, rewrite: Storage["rewrite"]): Buffer {
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

function resolveRewrite(rewrite: unknown): Storage["rewrite"] {
  checkNames(rewrite as object, Object.keys(rewrite ?? {}), (problem) => refuseFault("rewrite", problem));
  const entries = Object.entries(rewrite as object).map(([name, value]: [string, unknown]) => {
    if (!/^[!-9;-~]+$/.test(name))
      throw refuseFault("rewrite", `${JSON.stringify(name)} is no name of a header field`);
    if (value !== null && (typeof value !== "string" || /[\0\r\n]/.test(value)))
      throw refuseFault(`rewrite.${name}`, "is one line, or null");
    return [name.toLowerCase(), value as string | null] as const;
  });
  return new Map(entries);
}

function resolveBounce(bounce: unknown): Reply {
  const reply = resolveReply("bounce", bounce);
  if (reply.code < 400) throw refuseFault("bounce", `${reply} refuses nothing`);
  return reply;
}

const COPIES = { never: 0, once: 1, twice: 2 } as const;
