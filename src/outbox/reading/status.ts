import type { Database } from "../database/database.ts";
import { type MailState, mailStates } from "../outbox-mail.ts";
import type { Schema } from "../schema/schema.ts";
import { shownState } from "./mail-row.ts";
import { type RecentAttempts, recentAttempts } from "./recent-attempts.ts";

/** What an outbox holds, and who works on it. */
export interface OutboxStatus {
  /** How many mails there are of each state. */
  readonly mails: Readonly<Record<MailState, number>>;
  /** Of those that wait, how many have a time that has not come. */
  readonly scheduled: number;
  /** Since when the mail that has waited longest could have been sent. */
  readonly oldest?: Date | undefined;
  /** The workers that give signs of life. */
  readonly workers: readonly WorkerStatus[];
  /** How the last attempts went, and how long mails wait. */
  readonly recent: RecentAttempts;
}

/** A worker. */
export interface WorkerStatus {
  /** Its id. */
  readonly id: string;
  /** The name of its machine. */
  readonly host: string;
  /** Its process. */
  readonly pid: number;
  /** Since when it works. */
  readonly started: Date;
  /** Whether notifications arrive; without them it looks for mails every quarter of a second. */
  readonly listening: boolean;
  /** How many mails it is sending. */
  readonly sending: number;
}

/** Counts what an outbox holds. */
export async function status(database: Database, schema: Schema): Promise<OutboxStatus> {
  const s = schema.quoted;
  const counts = await database.query(
    `select state, count(*)::float8 as n, (extract(epoch from min(due)) * 1000)::float8 as oldest
     from ${s}.mail group by state`,
  );
  const workers = await database.query(
    `select id, host, pid, (extract(epoch from started) * 1000)::float8 as started, listening,
      (select count(*)::int from ${s}.mail m where m.worker = w.id and m.state = 'sending') as sending
     from ${s}.worker w where until > now() order by started`,
  );
  const mails = Object.fromEntries(mailStates.map((state) => [state, 0])) as Record<MailState, number>;
  for (const { state, n } of counts) mails[shownState(String(state))] += Number(n);
  const ready = counts.filter(({ state }) => state === "ready" || state === "leased");
  const oldest = Math.min(...ready.map(({ oldest: since }) => Number(since)));
  return {
    mails,
    scheduled: Number(counts.find(({ state }) => state === "scheduled")?.["n"] ?? 0),
    ...(ready.length === 0 ? {} : { oldest: new Date(oldest) }),
    recent: await recentAttempts(database, schema),
    workers: workers.map((row) => ({
      id: String(row["id"]),
      host: String(row["host"]),
      pid: Number(row["pid"]),
      started: new Date(Number(row["started"])),
      listening: row["listening"] === true,
      sending: Number(row["sending"]),
    })),
  };
}
