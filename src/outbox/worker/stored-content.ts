import type { Database } from "../database/database.ts";
import type { Schema } from "../schema/schema.ts";
import type { ClaimedMail } from "./claimed-mail.ts";

/** Reads contents back from the tables; pieces that many mails share are kept in memory for a while. */
export class StoredContent {
  readonly #database: Database;
  readonly #schema: string;
  /** In the order of their last use. */
  readonly #kept = new Map<string, Buffer>();
  #size = 0;

  constructor(database: Database, schema: Schema) {
    this.#database = database;
    this.#schema = schema.quoted;
  }

  /** The content as `sendRaw` takes it: bytes, or a function that opens a stream of them if there are pieces. */
  of(mail: ClaimedMail): Buffer | (() => AsyncIterable<Uint8Array>) {
    return mail.pieces ? () => this.#stream(mail) : mail.content;
  }

  async *#stream({ id, content }: ClaimedMail): AsyncGenerator<Uint8Array> {
    const places = await this.#database.query(
      `select position, piece::text as piece from ${this.#schema}.mail_piece where mail = $1::text::bigint order by n`,
      [id],
    );
    let at = 0;
    for (const { position, piece } of places) {
      if (Number(position) > at) yield content.subarray(at, Number(position));
      at = Number(position);
      yield await this.#piece(String(piece));
    }
    if (at < content.length) yield content.subarray(at);
  }

  async #piece(id: string): Promise<Buffer> {
    const kept = this.#kept.get(id);
    const octets = kept ?? (await this.#load(id));
    this.#kept.delete(id);
    this.#kept.set(id, octets);
    if (kept === undefined) this.#size += octets.length;
    for (const [oldest, { length }] of this.#kept) {
      if (this.#size <= most || oldest === id) break;
      this.#kept.delete(oldest);
      this.#size -= length;
    }
    return octets;
  }

  async #load(id: string): Promise<Buffer> {
    const [row] = await this.#database.query(
      `select octets from ${this.#schema}.piece where id = $1::text::bigint`,
      [id],
    );
    return Buffer.from(row?.["octets"] as Uint8Array);
  }
}

/** Bytes of pieces that are kept. */
const most = 33_554_432;
