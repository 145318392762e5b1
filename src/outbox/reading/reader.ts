import { Address } from "../../address/address.ts";
import { oneOf } from "../../text/options/option-kinds.ts";
import { type OptionReaders, readOptions } from "../../text/options/option-reader.ts";
import type { Database, Statements } from "../database/database.ts";
import { type MailState, mailStates, type OutboxMail } from "../outbox-mail.ts";
import type { Schema } from "../schema/schema.ts";
import { word } from "../word.ts";
import { mailColumns, readMail } from "./mail-row.ts";

/** Which mails `list` gives; those that fit everything. */
export interface ListOptions {
  /** Their state. */
  readonly state?: MailState | undefined;
  /** Their tenant. */
  readonly tenant?: string | undefined;
  /** Their tag. */
  readonly tag?: string | undefined;
  /** Their key. */
  readonly key?: string | undefined;
  /** Their Message-ID, with its angle brackets. */
  readonly messageId?: string | undefined;
  /** An address among their recipients; case counts in its local part. */
  readonly recipient?: string | undefined;
}

/** Reads mails. */
export class Reader {
  readonly #database: Database;
  readonly #schema: string;

  constructor(database: Database, schema: Schema) {
    this.#database = database;
    this.#schema = schema.quoted;
  }

  /** The mail with an id. */
  async find(id: string, statements: Statements = this.#database): Promise<OutboxMail | undefined> {
    const [row] = await statements.query(
      `select ${mailColumns(this.#schema)} from ${this.#schema}.mail m where m.id = $1::text::bigint`,
      [id],
    );
    return row === undefined ? undefined : readMail(row);
  }

  /** Mails in the order in which they were enqueued. */
  async *list(given: ListOptions): AsyncGenerator<OutboxMail> {
    const { state, tenant, tag, key, messageId, recipient } = readOptions(given, listReaders);
    const values: string[] = [];
    const equals = (column: string, value: string | undefined): string[] =>
      value === undefined ? [] : [`${column} = $${values.push(value) + 1}::text`];
    const conditions = [
      "true",
      ...(state === undefined ? [] : [conditionOf(state)]),
      ...equals("m.tenant", tenant),
      ...equals("m.tag", tag),
      ...equals("m.key", key),
      ...equals("m.message_id", messageId),
      ...(recipient === undefined
        ? []
        : [
            `m.recipients @> jsonb_build_array(jsonb_build_object('recipient', $${values.push(recipient) + 1}::text))`,
          ]),
    ];
    for (let after = "0"; ; ) {
      const rows = await this.#database.query(
        `select ${mailColumns(this.#schema)} from ${this.#schema}.mail m
         where m.id > $1::text::bigint and ${conditions.join(" and ")} order by m.id limit ${group}`,
        [after, ...values],
      );
      for (const row of rows) yield readMail(row);
      if (rows.length < group) return;
      after = String(rows.at(-1)?.["id"]);
    }
  }
}

/** Rows that are read at once. */
const group = 200;

const listReaders: OptionReaders<ListOptions> = {
  state: oneOf(mailStates),
  tenant: word,
  tag: word,
  key: word,
  messageId: word,
  recipient: (value, field) => Address.parse(word(value, field)).toString(),
};

/** The words of the table for a state that people see. */
function conditionOf(state: MailState): string {
  return state === "waiting" ? "m.state in ('ready', 'scheduled', 'leased')" : `m.state = '${state}'`;
}
