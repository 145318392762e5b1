import type { Database } from "../database/database.ts";
import type { ReadOutboxOptions } from "../options.ts";
import { durably } from "../schema/durably.ts";
import type { Schema } from "../schema/schema.ts";
import type { Chore } from "./clockwork.ts";

/** What any worker does for all: each step may be done by several at once, or again. */
export class Upkeep {
  readonly #database: Database;
  readonly #schema: string;

  constructor(database: Database, schema: Schema) {
    this.#database = database;
    this.#schema = schema.quoted;
  }

  /**
   * The steps with their times.
   *
   * @param found is called when mails may be claimed again
   */
  chores(keep: ReadOutboxOptions["keep"], found: () => void): Chore[] {
    const deletion = Math.floor(Math.min(60_000, keep.content / 2, keep.record / 2) / 1000);
    return [
      {
        name: "upkeep",
        every: 1,
        run: async () => {
          const promoted = await this.promote();
          const recovered = await this.recover();
          await this.expire();
          if (promoted + recovered > 0) found();
        },
      },
      { name: "deletion", every: Math.max(1, deletion), run: () => this.forget(keep) },
    ];
  }

  /** Makes mails ready whose time has come. Returns how many. */
  async promote(): Promise<number> {
    const s = this.#schema;
    return this.#count(`update ${s}.mail set state = 'ready' where id in (
      select id from ${s}.mail where state = 'scheduled' and at <= now() order by at limit 1000 for update skip locked)`);
  }

  /**
   * Takes the mails of workers whose lease is over: those that were only claimed are ready again, those that were being
   * sent are unknown, or ready again if they may arrive twice. The claim stays, so that a late result still counts.
   */
  async recover(): Promise<number> {
    const s = this.#schema;
    const recovered = await this.#count(
      `update ${s}.mail m set worker = null,
        state = case when m.state = 'leased' or m.again then 'ready' else 'unknown' end,
        claim = case when m.state = 'leased' then null else m.claim end,
        recipients = case when m.state = 'leased' or m.again then m.recipients
          else ${s}.ended(m.recipients, 'unknown') end
      from (select id, worker, state as before from ${s}.mail h where state in ('leased', 'sending')
        and not exists (select 1 from ${s}.worker w where w.id = h.worker and w.until > now())
        order by id limit 1000 for update skip locked) as held
      where m.id = held.id`,
      "m.id, m.state, m.attempt, held.worker, m.started, held.before",
      `insert into ${s}.event (mail, kind, state, attempt, worker, started)
        select id, 'unknown', state, attempt, worker, started from changed where before = 'sending'`,
    );
    await this.#database.query(
      `update ${s}.permit p set worker = null, free_at = now() + interval_ms * interval '1 millisecond'
       where worker is not null and not exists (select 1 from ${s}.worker w where w.id = p.worker and w.until > now())`,
    );
    return recovered;
  }

  /** Ends mails whose last time is over. */
  async expire(): Promise<number> {
    const s = this.#schema;
    return this.#count(
      `update ${s}.mail m set recipients = ${s}.ended(m.recipients, 'expired'), claim = null, finished = now(),
        state = ${s}.overall(${s}.ended(m.recipients, 'expired'))
      where id in (select id from ${s}.mail where state in ('ready', 'scheduled') and expires <= now()
        order by expires limit 1000 for update skip locked)`,
      "m.id, m.state, m.attempt",
      `insert into ${s}.event (mail, kind, state, attempt) select id, 'expired', state, attempt from changed`,
    );
  }

  /** Deletes what has been kept long enough. */
  async forget({ content, record }: ReadOutboxOptions["keep"]): Promise<void> {
    const s = this.#schema;
    await this.#database.query(`delete from ${s}.worker where until < now() - interval '1 minute'`);
    await this.#all(
      `with old as (select id from ${s}.mail where finished < now() - $1::text::float8 * interval '1 millisecond'
          order by finished limit 1000 for update skip locked),
        pieces as (delete from ${s}.mail_piece where mail in (select id from old)),
        events as (delete from ${s}.event where mail in (select id from old)),
        feedback as (delete from ${s}.feedback where mail in (select id from old)),
        gone as (delete from ${s}.mail where id in (select id from old) returning id)
      select count(*)::int as n from gone`,
      [String(record)],
    );
    await this.#all(
      `with old as (select id from ${s}.mail where finished < now() - $1::text::float8 * interval '1 millisecond'
          and content is not null order by finished limit 1000 for update skip locked),
        pieces as (delete from ${s}.mail_piece where mail in (select id from old)),
        events as (update ${s}.event set detail = detail - 'transcript'
          where mail in (select id from old) and detail ? 'transcript'),
        emptied as (update ${s}.mail set content = null where id in (select id from old) returning id)
      select count(*)::int as n from emptied`,
      [String(content)],
    );
    await this.#all(
      `with old as (select id from ${s}.piece p 
          where used < now() - greatest(10000, least($1::text::float8, 86400000)) * interval '1 millisecond'
          and not exists (select 1 from ${s}.mail_piece m where m.piece = p.id)
          order by id limit 100 for update skip locked),
        gone as (delete from ${s}.piece where id in (select id from old) returning id)
      select count(*)::int as n from gone`,
      [String(content)],
    );
  }

  async #count(update: string, returning = "1", more?: string): Promise<number> {
    const noted = more === undefined ? "" : `, noted as (${more})`;
    const rows = await this.#database.query(
      `with changed as (${update} returning ${returning})${noted}
       select count(*)::int as n, ${durably} as durable from changed`,
    );
    return Number(rows[0]?.["n"] ?? 0);
  }

  async #all(statement: string, values: readonly unknown[]): Promise<void> {
    for (;;) {
      const [row] = await this.#database.query(statement, values);
      if (Number(row?.["n"] ?? 0) === 0) return;
    }
  }
}
