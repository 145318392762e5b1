import type { Reply } from "../../../protocol/reply.ts";
import {
  callback,
  flag,
  group,
  listOf,
  oneOf,
  oneOrMore,
  pattern,
  wholeNumber,
} from "../../../text/options/option-kinds.ts";
import { type OptionReaders, wrongOption } from "../../../text/options/option-reader.ts";
import { type Rewrite, readBounce, readRewrite } from "../storage/storage.ts";
import { readTlsChanges } from "../tls/tls-changes-reader.ts";
import { scramLies } from "../wire/scram-lie.ts";
import type { Drop, DropManner, FaultCondition, FaultPoint, ScramLie, TlsChanges } from "./fault.ts";
import { readReply } from "./reply-reader.ts";

/** The fields of all kinds of faults, as they are read. */
export interface FaultFields {
  readonly at: FaultPoint;
  readonly when?: FaultCondition;
  readonly times?: number;
  readonly octet?: number;
  readonly keep?: "once" | "never" | "twice";
  readonly truncate?: number;
  readonly rewrite?: Rewrite;
  readonly strip8bit?: boolean;
  readonly bounce?: Reply;
  readonly reply?: Reply;
  readonly undiscarded?: boolean;
  readonly stays?: boolean;
  readonly raw?: readonly Buffer[];
  readonly unencrypted?: boolean;
  readonly repeat?: number;
  readonly offer?: readonly string[];
  readonly conceal?: readonly string[];
  readonly delay?: number;
  readonly tarpit?: number;
  readonly stall?: boolean;
  readonly drop?: Drop;
  readonly by?: DropManner;
  readonly greylist?: Greylist;
  readonly tls?: TlsChanges;
  readonly scram?: ScramLie;
}

/** How long greylisting refuses: for a number of attempts, and for a time since the first. */
export interface Greylist {
  readonly attempts: number;
  readonly ms: number;
}

const count = wholeNumber(1, Number.POSITIVE_INFINITY);
const countOrNone = wholeNumber(0, Number.POSITIVE_INFINITY);

const conditionReaders: OptionReaders<FaultCondition> = {
  recipient: pattern,
  sender: pattern,
  connection: count,
  secure: flag,
  authenticated: flag,
  test: callback,
  nth: count,
  after: countOrNone,
  per: oneOf(["server", "connection", "transaction"]),
  chance: readChance,
  seed: wholeNumber(Number.MIN_SAFE_INTEGER),
};

/** The readers of all fields of faults. */
export const faultReaders: OptionReaders<FaultFields> = {
  at: oneOf<FaultPoint>([
    ...(["listen", "connect", "greeting", "tls", "helo", "ehlo", "lhlo", "starttls", "auth"] as const),
    ...([
      "auth-response",
      "mail",
      "rcpt",
      "data",
      "bdat",
      "burl",
      "content",
      "final",
      "rset",
      "noop",
      "etrn",
      "atrn",
    ] as const),
    ...(["vrfy", "expn", "help", "quit", "unknown", "error"] as const),
  ]),
  when: group(conditionReaders),
  times: count,
  octet: countOrNone,
  keep: oneOf(["once", "never", "twice"]),
  truncate: countOrNone,
  rewrite: readRewrite,
  strip8bit: flag,
  bounce: readBounce,
  reply: readReply,
  undiscarded: flag,
  stays: flag,
  raw: oneOrMore(readPacket),
  unencrypted: flag,
  repeat: count,
  offer: listOf(readLine),
  conceal: listOf(readLine),
  delay: countOrNone,
  tarpit: countOrNone,
  stall: flag,
  drop: oneOf(["before", "within", "after"]),
  by: oneOf(["fin", "truncate", "rst", "half-close"]),
  greylist: readGreylist,
  tls: readTlsChanges,
  scram: oneOf(scramLies),
};

function readChance(value: unknown, field: string): number {
  if (typeof value === "number" && value >= 0 && value <= 1) return value;
  throw wrongOption(field, "a number from 0 to 1", value);
}

function readLine(value: unknown, field: string): string {
  if (typeof value === "string" && !/[\0\r\n]/.test(value)) return value;
  throw wrongOption(field, "one line without its end", value);
}

function readPacket(value: unknown, field: string): Buffer {
  if (typeof value === "string") return Buffer.from(value, "utf8");
  if (value instanceof Uint8Array) return Buffer.from(value);
  throw wrongOption(field, "a string or bytes", value);
}

function readGreylist(value: unknown, field: string): Greylist {
  if (value === true) return { attempts: 1, ms: 0 };
  const read = group<Partial<Greylist>>({ attempts: count, ms: count })(value, field);
  if ((read.attempts === undefined) === (read.ms === undefined))
    throw wrongOption(field, "true, { attempts } or { ms }", value);
  return { attempts: 0, ms: 0, ...read };
}
