import type { Row } from "../database/database.ts";
import type { MailState, OutboxAttempt, OutboxMail, OutboxRecipient } from "../outbox-mail.ts";
import type { RecordedRecipient } from "../recorded-recipient.ts";

/** The columns that {@link readMail} needs, of the table `mail` as `m`. Times are milliseconds. */
export function mailColumns(schema: string): string {
  const ms = (column: string): string => `(extract(epoch from ${column}) * 1000)::float8`;
  return `m.id::text as id, m.state, m.tenant, m.key, m.tag, m.priority::int as priority, ${ms("m.at")} as at,
    ${ms("m.enqueued")} as enqueued, ${ms("m.finished")} as finished, ${ms("m.expires")} as expires, m.sender,
    m.message_id, m.size::float8 as size, m.recipients::text as recipients, (
      select jsonb_agg(jsonb_build_object('attempt', e.attempt, 'worker', e.worker, 'started', ${ms("e.started")},
        'ended', ${ms("e.at")}, 'detail', e.detail) order by e.seq)
      from ${schema}.event e where e.mail = m.id and e.kind in ('attempt', 'unknown'))::text as attempts`;
}

/** A row with {@link mailColumns} as a mail. */
export function readMail(row: Row): OutboxMail {
  const state = shownState(String(row["state"]));
  const recipients = JSON.parse(String(row["recipients"])) as RecordedRecipient[];
  return {
    id: String(row["id"]),
    state,
    tenant: String(row["tenant"]),
    ...optional("key", row["key"] as string | null),
    ...optional("tag", row["tag"] as string | null),
    priority: Number(row["priority"]),
    at: date(row["at"]) as Date,
    enqueued: date(row["enqueued"]) as Date,
    ...optional("finished", date(row["finished"])),
    ...optional("expires", date(row["expires"])),
    from: row["sender"] as string | null,
    messageId: String(row["message_id"]),
    size: Number(row["size"]),
    recipients: recipients.map(
      (each): OutboxRecipient => (each.state === "waiting" ? { ...each, state } : each),
    ),
    attempts: readAttempts(row["attempts"], recipients),
  };
}

/** The state as people see it. */
export function shownState(state: string): MailState {
  return state === "ready" || state === "scheduled" || state === "leased" ? "waiting" : (state as MailState);
}

interface AttemptRow {
  readonly attempt: number;
  readonly worker: string | null;
  readonly started: number | null;
  readonly ended: number;
  readonly detail: Pick<OutboxAttempt, "recipients" | "error" | "transcript"> | null;
}

/** A late result of an attempt stands for what was recorded when its worker was taken for dead. */
function readAttempts(column: unknown, recipients: readonly RecordedRecipient[]): OutboxAttempt[] {
  const attempts = new Map<number, OutboxAttempt>();
  for (const { attempt, worker, started, ended, detail } of JSON.parse(
    String(column ?? "[]"),
  ) as AttemptRow[]) {
    const lost = recipients.map(({ recipient }) => ({ recipient, outcome: "unknown" as const }));
    attempts.set(attempt, {
      attempt,
      ...optional("worker", worker),
      ...optional("started", date(started)),
      ended: new Date(ended),
      ...(detail ?? { recipients: lost }),
    });
  }
  return [...attempts.values()];
}

function date(value: unknown): Date | undefined {
  return value === null || value === undefined ? undefined : new Date(Number(value));
}

function optional<Name extends string, T>(
  name: Name,
  value: T | null | undefined,
): { readonly [N in Name]?: T } {
  return (value === null || value === undefined ? {} : { [name]: value }) as { readonly [N in Name]?: T };
}
