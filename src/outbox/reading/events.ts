import { setTimeout as delay } from "node:timers/promises";
import { abortSignal } from "../../text/options/option-kinds.ts";
import { type OptionReaders, readOptions, wrongOption } from "../../text/options/option-reader.ts";
import type { Database } from "../database/database.ts";
import type { OutboxEvent } from "../outbox-mail.ts";
import type { Schema } from "../schema/schema.ts";
import { shownState } from "./mail-row.ts";

/** Options of `events`. */
export interface EventsOptions {
  /** Ends the events when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** The position of the last event that was seen; by default only events from now on are given. */
  readonly after?: string | undefined;
}

/**
 * The events of an outbox, of all workers, each once and in order.
 *
 * Their order is that of their transactions, and those that may still be preceded by an open one are held back: a
 * number from a sequence alone would let the events of a slow transaction be missed.
 */
export function events(
  database: Database,
  schema: Schema,
  options: EventsOptions,
): AsyncGenerator<OutboxEvent> {
  return read(database, schema, readOptions(options, readers));
}

async function* read(
  database: Database,
  schema: Schema,
  { signal, after }: EventsOptions,
): AsyncGenerator<OutboxEvent> {
  let position = after === undefined ? await now(database) : after;
  const ended = (): boolean => signal?.aborted === true;
  while (!ended()) {
    const [tx = "0", seq = "0"] = position.split("-");
    const rows = await database.query(
      `select e.tx::text as tx, e.seq::text as seq, e.mail::text as mail, e.kind, e.state, e.attempt,
        (extract(epoch from e.at) * 1000)::float8 as at, m.tenant, m.key, m.tag
       from ${schema.quoted}.event e join ${schema.quoted}.mail m on m.id = e.mail
       where (e.tx, e.seq) > ($1::text::xid8, $2::text::bigint)
        and e.tx < pg_snapshot_xmin(pg_current_snapshot()) order by e.tx, e.seq limit 500`,
      [tx, seq],
    );
    for (const row of rows) {
      position = `${row["tx"]}-${row["seq"]}`;
      yield {
        position,
        id: String(row["mail"]),
        kind: row["kind"] as OutboxEvent["kind"],
        state: shownState(String(row["state"])),
        at: new Date(Number(row["at"])),
        tenant: String(row["tenant"]),
        ...(row["key"] === null ? {} : { key: String(row["key"]) }),
        ...(row["tag"] === null ? {} : { tag: String(row["tag"]) }),
        ...(row["attempt"] === null ? {} : { attempt: Number(row["attempt"]) }),
      };
      if (ended()) return;
    }
    if (rows.length === 0)
      await delay(interval, undefined, signal === undefined ? {} : { signal }).catch(() => {});
  }
}

const readers: OptionReaders<EventsOptions> = { signal: abortSignal, after: position };

function position(value: unknown, field: string): string {
  if (typeof value === "string" && /^\d{1,20}-\d{1,18}$/.test(value)) return value;
  throw wrongOption(field, "the position of an event", value);
}

/** Milliseconds between two looks. */
const interval = 250;

/** Every transaction that has not ended yet comes after it. */
async function now(database: Database): Promise<string> {
  const [row] = await database.query("select pg_snapshot_xmin(pg_current_snapshot())::text as tx");
  return `${row?.["tx"]}-0`;
}
