import { oneOf, wholeNumber } from "../../text/options/option-kinds.ts";
import {
  type OptionReaders,
  readOptions,
  refuseOption,
  wrongOption,
} from "../../text/options/option-reader.ts";
import type { Statements } from "../database/database.ts";
import { shortWord } from "../word.ts";
import { readVia, type Via } from "./via.ts";

/** The options of a mail that is enqueued. */
export interface MailOptions {
  /**
   * Identifies the mail for its tenant, for as long as its record is kept: a second mail with the same key is not
   * enqueued, and is an error if its content or its envelope differs. At most 512 bytes.
   */
  readonly key?: string | undefined;
  /**
   * When to send it: a Date, or milliseconds since 1970; now by default. It is also the Date of the message, unless
   * that has one.
   */
  readonly at?: Date | number | undefined;
  /** Mails of a tenant with a higher priority go first: from -9 to 9; 0 by default. */
  readonly priority?: number | undefined;
  /** Whose mail it is: no tenant waits for the backlog of another one. At most 200 bytes. */
  readonly tenant?: string | undefined;
  /** A word of yours that comes back in `find`, `list` and `events`. At most 1,000 bytes. */
  readonly tag?: string | undefined;
  /** From when on it is not sent any more: a Date, or milliseconds since 1970. */
  readonly expires?: Date | number | undefined;
  /**
   * What to do if nobody knows whether it was sent. `"hold"`, the default, leaves it to `settle` and `resend`; with
   * `"again"` it is sent again with the same Message-ID, and may arrive twice.
   */
  readonly unknown?: "hold" | "again" | undefined;
}

/** The options of `enqueue`. */
export interface EnqueueOptions extends MailOptions {
  /**
   * Your open transaction: the mail exists if, and only if, it commits. A client of `pg`, a transaction of PGlite,
   * Kysely, Knex or Prisma, `{ drizzle: transaction, sql }`, or `{ execute(text, values) }`.
   */
  readonly via?: Via | undefined;
}

/** The options of `enqueue`, read. */
export interface ReadEnqueueOptions extends Omit<MailOptions, "at" | "expires"> {
  readonly at?: Date;
  readonly expires?: Date;
  readonly via?: Statements;
}

/** Reads the options of `enqueue`. @throws EnvoiError of kind `"configuration"` that names the option. */
export function readEnqueueOptions(given: EnqueueOptions): ReadEnqueueOptions {
  const read = readOptions(given, readers) as ReadEnqueueOptions;
  const { expires, at = new Date() } = read;
  if (expires === undefined || expires > at) return read;
  const after = `a time after ${read.at === undefined ? "now" : "at"}, ${at.toISOString()}`;
  throw refuseOption("expires", `expected ${after}, got ${expires.toISOString()}`);
}

const readers: OptionReaders<{ [Name in keyof EnqueueOptions]: unknown }> = {
  via: readVia,
  key: keyOf,
  at: time,
  priority: wholeNumber(-9, 9),
  tenant: shortWord(200),
  tag: shortWord(1000),
  expires: time,
  unknown: oneOf(["hold", "again"]),
};

/** With an empty key, which is likely to be a mistake, all mails but the first would count as enqueued already. */
function keyOf(value: unknown, field: string): string {
  const key = shortWord(512)(value, field);
  if (key !== "") return key;
  throw wrongOption(field, "a string that is not empty", key, "Leave it out if the mail has no key");
}

function time(value: unknown, field: string): Date {
  const date =
    value instanceof Date ? new Date(value) : new Date(typeof value === "number" ? value : Number.NaN);
  const year = date.getUTCFullYear();
  if (year >= 1970 && year <= 9999) return date;
  throw wrongOption(field, "a Date, or milliseconds since 1970", value);
}
