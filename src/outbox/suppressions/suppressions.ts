import type { Address } from "../../address/address.ts";
import { AddressError } from "../../address/address-error.ts";
import { oneOf } from "../../text/options/option-kinds.ts";
import {
  type OptionReaders,
  readOptions,
  refuseOption,
  wrongOption,
} from "../../text/options/option-reader.ts";
import type { Database, Row, Statements } from "../database/database.ts";
import { json } from "../schema/json.ts";
import type { Schema } from "../schema/schema.ts";
import { word } from "../word.ts";
import { suppressedAddress } from "./suppressed-address.ts";
import { type Suppression, type SuppressionReason, suppressionReasons } from "./suppression.ts";

/** What is said of an address that shall get no mail. */
export interface SuppressionOptions {
  /** Why; `"manual"` by default. */
  readonly reason?: SuppressionReason | undefined;
  /** The tenant whose mail it does not get; all by default. */
  readonly tenant?: string | undefined;
  /** Until when; for good by default. */
  readonly expires?: Date | undefined;
  /** More about it. */
  readonly detail?: string | undefined;
}

/** What is taken over from another list: an address, or one with more about it. What `list` gives will do. */
export type SuppressionItem =
  | string
  | Address
  | (SuppressionOptions & { readonly address: string | Address });

/** Which suppressions `list` gives. */
export interface SuppressionListOptions {
  /** Those that hold for this tenant: its own, and those for all. */
  readonly tenant?: string | undefined;
  /** Those for this reason. */
  readonly reason?: SuppressionReason | undefined;
}

/**
 * The addresses that get no mail. A worker looks at the list right before it hands a mail over, so a change holds for
 * mails that wait already, from the next moment on.
 *
 * @example
 * ```ts
 * await outbox.suppressions.add("ann@example.org", { reason: "unsubscribe", tenant: "shop" });
 * await outbox.suppressions.add("@example.net", { expires: new Date(Date.now() + 7 * 86_400_000) });
 * console.log(await outbox.suppressions.has("ann@example.org", { tenant: "shop" })); // true
 * for await (const { address, reason } of outbox.suppressions.list()) console.log(address, reason);
 * ```
 */
export class Suppressions {
  readonly #database: Database;
  readonly #schema: string;

  /** Made by `Outbox.open`. */
  constructor(database: Database, schema: Schema) {
    this.#database = database;
    this.#schema = schema.quoted;
  }

  /**
   * Adds an address, or `@example.org` for all of a domain. If it is there already, it is replaced.
   *
   * @throws AddressError about the address; EnvoiError of kind `"configuration"` about an option.
   */
  async add(address: string | Address, options: SuppressionOptions = {}): Promise<void> {
    await this.#write(this.#database, [readItem(address, readOptions(options, readers), "address")], true);
  }

  /** Removes an address. Returns whether it was there, for exactly this tenant. */
  async remove(
    address: string | Address,
    { tenant = "" }: { readonly tenant?: string | undefined } = {},
  ): Promise<boolean> {
    const rows = await this.#database.query(
      `delete from ${this.#schema}.suppression where address = lower($1::text) and tenant = $2::text
       returning (expires is null or expires > now()) as valid`,
      [suppressedAddress(address, "address"), word(tenant, "tenant")],
    );
    return rows.some((row) => row["valid"] === true);
  }

  /** Whether an address gets no mail of a tenant: because of itself or its domain, for this tenant or for all. */
  async has(
    address: string | Address,
    { tenant = "" }: { readonly tenant?: string | undefined } = {},
  ): Promise<boolean> {
    const text = suppressedAddress(address, "address");
    const rows = await this.#database.query(
      `select 1 as there from ${this.#schema}.suppression where address in (lower($1::text), lower($2::text))
        and tenant in ('', $3::text) and (expires is null or expires > now()) limit 1`,
      [text, text.slice(text.lastIndexOf("@")), word(tenant, "tenant")],
    );
    return rows.length > 0;
  }

  /** All that hold, by their addresses; for an export, too. */
  async *list(options: SuppressionListOptions = {}): AsyncGenerator<Suppression> {
    const { tenant, reason } = readOptions(options, { tenant: word, reason: readers.reason });
    let after: readonly [string, string] = ["", ""];
    for (;;) {
      const rows: readonly Row[] = await this.#database.query(
        `select address, tenant, reason, detail, (extract(epoch from created) * 1000)::float8 as created,
          (extract(epoch from expires) * 1000)::float8 as expires
         from ${this.#schema}.suppression where (address, tenant) > ($1::text, $2::text)
          and (expires is null or expires > now()) and ($3::text is null or tenant in ('', $3::text))
          and ($4::text is null or reason = $4::text) order by address, tenant limit ${group}`,
        [...after, tenant ?? null, reason ?? null],
      );
      for (const row of rows) yield readRow(row);
      const last = rows.at(-1);
      if (last === undefined || rows.length < group) return;
      after = [String(last["address"]), String(last["tenant"])];
    }
  }

  /**
   * Takes over a list from elsewhere, in groups: addresses, or objects with an address as `add` takes them and `list`
   * gives them. What is there already is replaced. Returns how many were read.
   *
   * @throws EnvoiError of kind `"configuration"` that names the item; the groups before it are in the list then.
   */
  async import(
    items: Iterable<SuppressionItem> | AsyncIterable<SuppressionItem>,
    options: SuppressionOptions = {},
  ): Promise<{ readonly imported: number }> {
    const defaults = readOptions(options, readers);
    let imported = 0;
    let waiting = new Map<string, ReadItem>();
    for await (const item of items) {
      const read = named(`items[${imported}]`, (field) => readImported(item, defaults, field));
      waiting.set(JSON.stringify([read.address.toLowerCase(), read.tenant]), read);
      imported++;
      if (waiting.size < group) continue;
      await this.#write(this.#database, [...waiting.values()], true);
      waiting = new Map();
    }
    await this.#write(this.#database, [...waiting.values()], true);
    return { imported };
  }

  /** Adds what feedback tells. It shortens nothing that somebody else has said. */
  async suppress(statements: Statements, item: ReadItem): Promise<void> {
    await this.#write(statements, [item], false);
  }

  async #write(statements: Statements, items: readonly ReadItem[], replace: boolean): Promise<void> {
    if (items.length === 0) return;
    const s = this.#schema;
    // Two spellings that differ beyond ASCII may be one address to the database.
    await statements.query(
      `insert into ${s}.suppression as old (address, tenant, reason, detail, expires)
       select distinct on (lower(address), tenant) lower(address), tenant, reason, detail,
         to_timestamp(expires::float8 / 1000)
       from jsonb_to_recordset($1::text::jsonb) as i (address text, tenant text, reason text, detail text, expires text)
       order by lower(address), tenant
       on conflict (address, tenant) do update set reason = excluded.reason, detail = excluded.detail,
         created = now(), expires = excluded.expires
       ${replace ? "" : "where old.expires < coalesce(excluded.expires, 'infinity')"}`,
      [json(items)],
    );
  }
}

/** Rows that are read or written at once. */
const group = 500;

/** What is written of one suppression. */
export interface ReadItem {
  readonly address: string;
  readonly tenant: string;
  readonly reason: SuppressionReason;
  readonly detail?: string | undefined;
  /** Milliseconds since 1970. */
  readonly expires?: number | undefined;
}

const readers: OptionReaders<SuppressionOptions> = {
  reason: oneOf(suppressionReasons),
  tenant: word,
  expires: date,
  detail: word,
};

function readItem(address: unknown, options: SuppressionOptions, field: string): ReadItem {
  const { reason = "manual", tenant = "", expires, detail } = options;
  return {
    address: suppressedAddress(address, field),
    tenant,
    reason,
    ...(detail !== undefined && { detail: detail.slice(0, 1000) }),
    ...(expires !== undefined && { expires: expires.getTime() }),
  };
}

function readImported(item: unknown, defaults: SuppressionOptions, field: string): ReadItem {
  if (typeof item !== "object" || item === null || "localPart" in item)
    return readItem(item, defaults, field);
  const { address, created: _, ...options } = item as Record<string, unknown>;
  return readItem(
    address,
    { ...defaults, ...readOptions(options as SuppressionOptions, readers, field) },
    `${field}.address`,
  );
}

/** An item of a list is found again by its number. */
function named<T>(field: string, read: (field: string) => T): T {
  try {
    return read(field);
  } catch (error) {
    throw error instanceof AddressError ? refuseOption(field, error.message, undefined, error) : error;
  }
}

function readRow(row: Row): Suppression {
  return {
    address: String(row["address"]),
    tenant: String(row["tenant"]),
    reason: row["reason"] as SuppressionReason,
    ...(row["detail"] !== null && { detail: String(row["detail"]) }),
    created: new Date(Number(row["created"])),
    ...(row["expires"] !== null && { expires: new Date(Number(row["expires"])) }),
  };
}

function date(value: unknown, field: string): Date {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value;
  throw wrongOption(field, "a Date", value);
}
