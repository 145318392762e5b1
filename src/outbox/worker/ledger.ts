import type { Database } from "../database/database.ts";
import { durably } from "../schema/durably.ts";
import { json } from "../schema/json.ts";
import type { Schema } from "../schema/schema.ts";
import type { AttemptResult } from "./attempt-result.ts";
import type { ClaimedMail } from "./claimed-mail.ts";

/** A mail that was marked: it may be handed to the transport now. */
export interface Marked {
  readonly id: string;
  /** The recipients that must not get it. */
  readonly suppressed: readonly string[];
}

/**
 * Writes the truth. One statement, which is one transaction, records the results of the attempts that ended, and marks
 * the mails that are handed over next. So at no time more mails are marked than are under way, and none is handed over
 * unmarked.
 *
 * A statement whose answer was lost may be written again as it is: a result is recorded once, because it clears the
 * claim that it names, and a mail that is marked under this claim already counts as marked.
 */
export class Ledger {
  readonly #database: Database;
  readonly #schema: string;
  readonly #timeout: number;

  constructor(database: Database, schema: Schema, timeout: number) {
    this.#database = database;
    this.#timeout = timeout;
    this.#schema = schema.quoted;
  }

  /** Records results and marks mails; returns those that were marked. @throws EnvoiError if that is not known. */
  async write(
    worker: string,
    results: readonly AttemptResult[],
    next: readonly ClaimedMail[],
  ): Promise<readonly Marked[]> {
    const [row] = await this.#database.within(
      this.#timeout,
      `select ${durably} as durable,
        ${this.#schema}.record($1::text, $2::text::jsonb, $3::text::jsonb, $4::text::jsonb)::text as marked`,
      [
        worker,
        json(results),
        JSON.stringify(next.map(({ id, claim }) => ({ id, claim }))),
        JSON.stringify(results.flatMap(({ permits = [] }) => permits)),
      ],
    );
    return JSON.parse(String(row?.["marked"] ?? "[]")) as Marked[];
  }

  /** Gives mails back that were claimed and not marked. */
  async giveBack(mails: readonly GivenBack[]): Promise<void> {
    if (mails.length === 0) return;
    await this.#database.within(
      this.#timeout,
      `update ${this.#schema}.mail m set claim = null, worker = null,
        state = case when g.wait > 0 then 'scheduled' else 'ready' end,
        at = case when g.wait > 0 then now() + g.wait * interval '1 millisecond' else m.at end
      from jsonb_to_recordset($1::text::jsonb) as g (id bigint, claim uuid, wait float8)
      where m.id = g.id and m.claim = g.claim and m.state = 'leased'`,
      [JSON.stringify(mails)],
    );
  }

  /** Gives back what is leased to a worker by claims whose answer it did not get. */
  async giveBackOthers(worker: string, claims: readonly string[]): Promise<void> {
    await this.#database.within(
      this.#timeout,
      `update ${this.#schema}.mail set claim = null, worker = null, state = 'ready'
      where worker = $1::text and state = 'leased'
        and claim::text <> all (array(select jsonb_array_elements_text($2::text::jsonb)))`,
      [worker, JSON.stringify(claims)],
    );
  }
}

/** What becomes of a mail that was claimed and is not sent now. */
export interface GivenBack {
  readonly id: string;
  readonly claim: string;
  /** Milliseconds until it may be claimed again. */
  readonly wait: number;
}
