import type { Database } from "../database/database.ts";
import type { Schema } from "../schema/schema.ts";

/** How the last attempts went: at most 1,000. */
export interface RecentAttempts {
  /** How many. */
  readonly attempts: number;
  /** When the first of them ended. */
  readonly since?: Date | undefined;
  /** What became of their recipients. */
  readonly recipients: {
    readonly accepted: number;
    readonly refused: number;
    readonly notSent: number;
    readonly unknown: number;
  };
  /** Milliseconds from when a mail could be sent to its first attempt: its delay in the outbox. */
  readonly wait?: Percentiles | undefined;
  /** Milliseconds of an attempt: the time that the relay takes, and the way to it. */
  readonly duration?: Percentiles | undefined;
}

/** Where values lie. */
export interface Percentiles {
  /** Half do not exceed it. */
  readonly p50: number;
  /** 95 % do not exceed it. */
  readonly p95: number;
}

/** Reads the end of the record of events. */
export async function recentAttempts(database: Database, schema: Schema): Promise<RecentAttempts> {
  const s = schema.quoted;
  const outcome = (word: string): string =>
    `coalesce(sum((select count(*) from jsonb_array_elements(detail->'recipients') r where r->>'outcome' = '${word}')), 0)::int`;
  const percentiles = (value: string, filter: string): string =>
    `array_to_json(percentile_cont(array[0.5, 0.95]) within group (order by (extract(epoch from ${value}) * 1000)::float8)
      filter (where ${filter}))::text`;
  const [row] = await database.query(
    `select count(*)::int as attempts, (extract(epoch from min(e.at)) * 1000)::float8 as since,
      ${outcome("accepted")} as accepted, ${outcome("refused")} as refused, ${outcome("not-sent")} as not_sent,
      ${outcome("unknown")} as unknown,
      ${percentiles("e.started - m.due", "e.attempt = 1 and e.started >= m.due")} as wait,
      ${percentiles("e.at - e.started", "e.started is not null")} as duration
     from (select * from ${s}.event where kind = 'attempt' order by seq desc limit 1000) as e
     join ${s}.mail m on m.id = e.mail`,
  );
  const attempts = Number(row?.["attempts"] ?? 0);
  return {
    attempts,
    ...(attempts > 0 && { since: new Date(Number(row?.["since"])) }),
    recipients: {
      accepted: Number(row?.["accepted"] ?? 0),
      refused: Number(row?.["refused"] ?? 0),
      notSent: Number(row?.["not_sent"] ?? 0),
      unknown: Number(row?.["unknown"] ?? 0),
    },
    ...read("wait", row?.["wait"]),
    ...read("duration", row?.["duration"]),
  };
}

function read(name: "wait" | "duration", value: unknown): { readonly [key: string]: Percentiles } {
  if (typeof value !== "string") return {};
  const [p50, p95] = JSON.parse(value) as number[];
  return p50 === undefined || p95 === undefined ? {} : { [name]: { p50, p95 } };
}
