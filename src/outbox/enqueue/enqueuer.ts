import { callersMistake, EnvoiError, misconfigured } from "../../errors.ts";
import type { RawField } from "../../mime/head-reader.ts";
import { MessageError } from "../../mime/message-error.ts";
import type { Database, Row, Statements } from "../database/database.ts";
import type { ReadOutboxOptions } from "../options.ts";
import { durably } from "../schema/durably.ts";
import type { Schema } from "../schema/schema.ts";
import type { ReadEnqueueOptions } from "./enqueue-options.ts";
import { type CutContent, cut, storePieces } from "./pieces.ts";
import { digestOf, type OutboxMessage, type Rendered, render } from "./rendered.ts";

/** What became of a mail that was enqueued. */
export interface Enqueued {
  /** The id of the mail, or of the earlier one with the same key. */
  readonly id: string;
  /** Whether there was a mail with the same key already. */
  readonly duplicate: boolean;
}

/** A mail that has been checked, and is ready to be written. */
export interface Prepared {
  readonly rendered: Rendered;
  readonly content: CutContent;
  readonly options: ReadEnqueueOptions;
  readonly digest: string | null;
}

/** Writes mails into the tables. */
export class Enqueuer {
  readonly #database: Database;
  readonly #schema: Schema;
  readonly #options: ReadOutboxOptions;

  constructor(database: Database, schema: Schema, options: ReadOutboxOptions) {
    this.#database = database;
    this.#schema = schema;
    this.#options = options;
  }

  /** Checks and renders a mail; nothing is written. */
  async prepare(message: OutboxMessage, options: ReadEnqueueOptions): Promise<Prepared> {
    const { at, key } = options;
    const rendered = await render(message, at);
    refuseExpiringSignature(rendered.header, (at ?? new Date()).getTime() + this.#options.retry.for, options);
    const digest = key === undefined ? null : digestOf(rendered);
    return { rendered, content: cut(rendered.octets), options, digest };
  }

  /** Writes one mail. */
  async enqueue(prepared: Prepared, via: Statements | undefined): Promise<Enqueued> {
    if (this.#database.single && via === undefined)
      return this.#database.transaction((transaction) => this.#write(prepared, transaction, transaction));
    // With one connection only, pieces are written inside the transaction.
    const aside = this.#database.single ? (via ?? this.#database) : this.#database;
    return this.#write(prepared, via ?? this.#database, aside);
  }

  /** Writes several mails without pieces by one statement. */
  async enqueueAll(all: readonly Prepared[], statements: Statements = this.#database): Promise<Enqueued[]> {
    const results: (Enqueued | undefined)[] = all.map(() => undefined);
    // A key that stands twice in a statement is written once, so the second comes in a later one.
    let rest = all.map((_, index) => index);
    while (rest.length > 0) {
      const keys = new Set<string>();
      const now: number[] = [];
      const later: number[] = [];
      for (const index of rest) {
        const { key, tenant = "" } = all[index]?.options ?? {};
        const name = JSON.stringify([tenant, key]);
        if (key !== undefined && keys.has(name)) later.push(index);
        else now.push(index);
        keys.add(name);
      }
      const written = await this.#insert(
        now.map((index) => all[index] as Prepared),
        [],
        statements,
      );
      // Rows come in the order of the mails; those of keys that were there are missing.
      let row = 0;
      for (const index of now) {
        const mail = all[index] as Prepared;
        const given = written[row];
        const { key, tenant = "" } = mail.options;
        const isIts = given !== undefined && (key ?? null) === given["key"] && tenant === given["tenant"];
        if (isIts) row++;
        results[index] = isIts
          ? { id: String(given["id"]), duplicate: false }
          : await this.#duplicate(mail, [], statements);
      }
      rest = later;
    }
    return results as Enqueued[];
  }

  async #write(prepared: Prepared, statements: Statements, aside: Statements): Promise<Enqueued> {
    const { pieces } = prepared.content;
    const ids = pieces.length === 0 ? [] : await storePieces(aside, this.#schema.quoted, pieces);
    const [row] = await this.#insert([prepared], ids, statements);
    if (row !== undefined) return { id: String(row["id"]), duplicate: false };
    return this.#duplicate(prepared, ids, statements);
  }

  #insert(
    mails: readonly Prepared[],
    pieces: readonly string[],
    statements: Statements,
  ): Promise<readonly Row[]> {
    const s = this.#schema.quoted;
    const values: unknown[] = [];
    const rows = mails.map((mail) => this.#row(mail, values));
    const [first] = mails;
    const places = pieces.map((piece, n) => ({ n, piece, position: first?.content.pieces[n]?.position }));
    let more = "";
    if (places.length > 0) {
      values.push(JSON.stringify(places));
      more = `, held as (
        insert into ${s}.mail_piece (mail, n, position, piece)
        select written.id, places.n, places.position, places.piece from written,
          jsonb_to_recordset($${values.length}::text::jsonb) as places (n integer, position integer, piece bigint))`;
    }
    const woken = this.#options.notify ? this.#schema.wake : "null";
    const durable = statements === this.#database ? durably : "null";
    return statements.query(
      `with written as (
        insert into ${s}.mail (tenant, key, digest, tag, priority, state, due, at, expires, again, sender, recipients,
          message_id, content, size, pieces)
        values ${rows.join(", ")}
        on conflict (tenant, key) where key is not null do nothing returning id, key, tenant)${more}
      select id::text as id, key, tenant, ${woken} as woken, ${durable} as durable from written order by written.id`,
      values,
    );
  }

  /** All values are text, because callers' libraries differ in what they make of numbers and objects. */
  #row({ rendered, content, options, digest }: Prepared, values: unknown[]): string {
    const { envelope, messageId, octets } = rendered;
    const { tenant = "", key = null, tag = null, priority = 0, at, expires, unknown = "hold" } = options;
    const value = (given: unknown): string => `$${values.push(given)}`;
    const time = (date: Date | undefined): string =>
      date === undefined ? "null" : `to_timestamp(${value(String(date.getTime() / 1000))}::text::float8)`;
    const due = at === undefined ? "now()" : `greatest(now(), ${time(at)})`;
    const state =
      at === undefined ? "'ready'" : `case when ${time(at)} > now() then 'scheduled' else 'ready' end`;
    const recipients = envelope.to.map((address) => ({
      recipient: address.toString(),
      state: "waiting",
      tries: 0,
    }));
    return `(${[
      `${value(tenant)}::text`,
      `${value(key)}::text`,
      `${value(digest)}::text`,
      `${value(tag)}::text`,
      `${priority}`,
      state,
      due,
      due,
      time(expires),
      `${unknown === "again"}`,
      `${value(envelope.from?.toString() ?? null)}::text`,
      `${value(JSON.stringify(recipients))}::text::jsonb`,
      `${value(messageId)}::text`,
      `${value(content.own)}::bytea`,
      `${octets.length}`,
      `${content.pieces.length > 0}`,
    ].join(", ")})`;
  }

  /** The mail that has the key already. */
  async #duplicate(prepared: Prepared, pieces: readonly string[], statements: Statements): Promise<Enqueued> {
    const { tenant = "", key = "" } = prepared.options;
    for (let tries = 0; tries < 10; tries++) {
      const [there] = await statements.query(
        `select id::text as id, digest from ${this.#schema.quoted}.mail where tenant = $1::text and key = $2::text`,
        [tenant, key],
      );
      if (there?.["digest"] === prepared.digest) return { id: String(there?.["id"]), duplicate: true };
      if (there !== undefined) throw otherContent(String(there["id"]));
      // Its record was deleted in between.
      const [row] = await this.#insert([prepared], pieces, statements);
      if (row !== undefined) return { id: String(row["id"]), duplicate: false };
    }
    throw misconfigured(
      "key: the mail with this key cannot be seen in this transaction. Try the transaction again",
    );
  }
}

function otherContent(id: string): EnvoiError {
  const problem = `expected the content of mail ${id}, which has this key, got other content or other recipients`;
  return new EnvoiError(`key: ${problem}. Give each mail a key of its own`, {
    kind: "configuration",
    ...callersMistake,
  });
}

/** A signature of the message itself must be valid for as long as the mail is tried (RFC 6376 section 3.5, `x=`). */
function refuseExpiringSignature(
  header: readonly RawField[],
  end: number,
  { expires }: ReadEnqueueOptions,
): void {
  const last = Math.min(end, expires?.getTime() ?? end);
  for (const { name, text } of header) {
    if (name !== "dkim-signature") continue;
    const [, seconds] = /[:;]\s*x\s*=\s*(\d+)/.exec(text) ?? [];
    if (seconds === undefined || Number(seconds) * 1000 >= last) continue;
    const problem = "expires before the last time the mail may be sent";
    const remedy = "Let the transport sign it, when it is sent: SmtpTransport...sign(signer)";
    throw new MessageError(`DKIM-Signature: ${problem}. ${remedy}`, { field: "dkim-signature" });
  }
}
