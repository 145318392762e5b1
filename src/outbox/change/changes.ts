import { misconfigured } from "../../errors.ts";
import type { Database, Row, Statements } from "../database/database.ts";
import { overall, type RecordedRecipient } from "../recorded-recipient.ts";
import { durably } from "../schema/durably.ts";
import { json } from "../schema/json.ts";
import type { Schema } from "../schema/schema.ts";

/** What people may change of a mail; each only in the states that allow it. */
export class Changes {
  readonly #database: Database;
  readonly #schema: string;
  readonly #wake: string;

  /** @param notify whether workers that sleep are woken */
  constructor(database: Database, schema: Schema, notify: boolean) {
    this.#database = database;
    this.#schema = schema.quoted;
    this.#wake = notify ? schema.wake : "null";
  }

  /** Takes back what waits. A mail that was handed to the transport cannot be taken back. */
  cancel(id: string): Promise<boolean> {
    const kept = ["ready", "scheduled", "leased"];
    return this.#change(id, kept, "cancelled", (recipients) =>
      recipients.map((each) => (each.state === "waiting" ? { ...each, state: "cancelled" } : each)),
    );
  }

  /** Says what became of a mail that is unknown. */
  settle(id: string, outcome: "sent" | "not-sent"): Promise<boolean> {
    const state = outcome === "sent" ? "sent" : "waiting";
    return this.#change(id, ["unknown"], "settled", (recipients) =>
      recipients.map((each) => (each.state === "unknown" ? { ...each, state } : each)),
    );
  }

  /**
   * Lets a mail be sent again that has ended or is unknown: to the given recipients, or to all that it was not sent to.
   */
  resend(id: string, only: readonly string[] | undefined): Promise<boolean> {
    const ended = ["sent", "refused", "failed", "unknown", "cancelled", "expired", "suppressed"];
    return this.#change(id, ended, "resent", (recipients, row) => {
      if (row["emptied"] === true) throw deleted(id);
      const wanted =
        only ?? recipients.filter(({ state }) => state !== "sent").map(({ recipient }) => recipient);
      const strange = wanted.filter((each) => !recipients.some(({ recipient }) => recipient === each));
      if (strange.length > 0)
        throw misconfigured(`recipients: expected recipients of mail ${id}, got another address`);
      return recipients.map((each) =>
        wanted.includes(each.recipient)
          ? { recipient: each.recipient, state: "waiting", tries: each.tries }
          : each,
      );
    });
  }

  #change(
    id: string,
    states: readonly string[],
    kind: string,
    change: (recipients: readonly RecordedRecipient[], row: Row) => RecordedRecipient[],
  ): Promise<boolean> {
    return this.#database.transaction(async (transaction) => {
      const [row] = await transaction.query(
        `select state, recipients::text as recipients, content is null as emptied from ${this.#schema}.mail
         where id = $1::text::bigint for update`,
        [id],
      );
      if (row === undefined || !states.includes(String(row["state"]))) return false;
      const before = JSON.parse(String(row["recipients"])) as RecordedRecipient[];
      const recipients = change(before, row);
      if (json(recipients) === json(before)) return false;
      await this.#write(transaction, id, kind, recipients);
      return true;
    });
  }

  async #write(
    transaction: Statements,
    id: string,
    kind: string,
    recipients: readonly RecordedRecipient[],
  ): Promise<void> {
    const state = overall(recipients);
    const again = state === "waiting";
    const final = !again && state !== "unknown";
    await transaction.query(
      `with changed as (
        update ${this.#schema}.mail set state = $2::text, recipients = $3::text::jsonb, claim = null, worker = null,
          finished = ${final ? "now()" : "null"}${again ? ", at = now(), due = now(), expires = null" : ""}
        where id = $1::text::bigint returning id, state, attempt
      ), noted as (
        insert into ${this.#schema}.event (mail, kind, state, attempt) select id, '${kind}', state, attempt from changed)
      select ${durably} as durable, ${this.#wake} as woken from changed`,
      [id, again ? "ready" : state, json(recipients)],
    );
  }
}

function deleted(id: string): Error {
  return misconfigured(
    `resend: expected a mail whose content is kept, but that of mail ${id} was deleted. Enqueue it anew, or keep ` +
      "contents longer: keep: { content }",
  );
}
