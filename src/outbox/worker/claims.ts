import { randomUUID } from "node:crypto";
import { performance } from "node:perf_hooks";
import type { Database, Row } from "../database/database.ts";
import type { RecordedRecipient } from "../recorded-recipient.ts";
import type { Schema } from "../schema/schema.ts";
import type { ReturnPaths } from "../suppressions/return-path.ts";
import type { ClaimedMail } from "./claimed-mail.ts";
import { Heads } from "./heads.ts";

/**
 * Claims mails for one worker: from every tenant that has some, by turns, those of the highest priority first and then
 * in the order in which they were enqueued.
 */
export class Claims {
  readonly #database: Database;
  readonly #schema: string;
  readonly #timeout: number;
  readonly #paths: ReturnPaths;
  /** The tenant that was served last, if not all could be; the next look begins behind it. */
  #last: string | null = null;
  readonly #heads = new Heads();

  constructor(database: Database, schema: Schema, timeout: number, paths: ReturnPaths) {
    this.#paths = paths;
    this.#database = database;
    this.#schema = schema.quoted;
    this.#timeout = timeout;
  }

  /**
   * Claims up to `most` mails.
   *
   * @param begun is told the mark of each claim before it is made, because its answer may be lost
   * @param blocked tenants that have no permit now
   */
  async take(
    worker: string,
    most: number,
    blocked: readonly string[],
    begun: (claim: string) => void,
  ): Promise<ClaimedMail[]> {
    for (;;) {
      const heads = this.#heads.at(performance.now(), most, blocked);
      if (heads.length > 0) {
        const mails = await this.#claimed(begun, worker, most, "claim_behind", "$4::text::jsonb", [
          JSON.stringify(heads),
        ]);
        this.#heads.wentOn(heads, mails, Math.floor(most / new Set(heads.map(({ tenant }) => tenant)).size));
        if (mails.length > 0) return mails;
      } else {
        const behind = this.#last;
        const mails = await this.#look(worker, most, blocked, begun);
        // If nothing is left of the last tenants, the first ones may have more.
        if (mails.length > 0 || behind === null) return mails;
      }
    }
  }

  /** Looks at everything, behind the tenant that was served last. */
  async #look(
    worker: string,
    most: number,
    blocked: readonly string[],
    begun: (claim: string) => void,
  ): Promise<ClaimedMail[]> {
    const began = performance.now();
    const mails = await this.#claimed(
      begun,
      worker,
      most,
      "claim",
      "$4::text, array(select jsonb_array_elements_text($5::text::jsonb))",
      [this.#last, JSON.stringify(blocked)],
    );
    const tenants = [...new Set(mails.map(({ tenant }) => tenant))].sort();
    // With fewer tenants than mails each of them had its share.
    this.#last = tenants.length < most ? null : (tenants.at(-1) ?? null);
    this.#heads.looked(mails, began, performance.now(), this.#last === null);
    return mails;
  }

  /** Calls one of the functions that claim. */
  async #claimed(
    begun: (claim: string) => void,
    worker: string,
    most: number,
    name: string,
    parameters: string,
    values: readonly unknown[],
  ): Promise<ClaimedMail[]> {
    const claim = randomUUID();
    begun(claim);
    const rows = await this.#database.within(
      this.#timeout,
      `select m.id::text as id, m.tenant, m.priority, m.sender, m.message_id, m.recipients::text as recipients, m.content,
        m.pieces, m.attempt, m.again, (extract(epoch from now() - m.due) * 1000)::float8 as age
      from ${this.#schema}.${name}($1::text, $2::text::uuid, $3::text::integer, ${parameters}) as m`,
      [worker, claim, String(most), ...values],
    );
    const claimedAt = performance.now();
    return byTurns(rows.map((row) => read(row, claim, claimedAt, this.#paths)));
  }
}

function read(row: Row, claim: string, claimedAt: number, paths: ReturnPaths): ClaimedMail {
  return {
    id: String(row["id"]),
    claim,
    claimedAt,
    priority: Number(row["priority"]),
    tenant: String(row["tenant"]),
    messageId: String(row["message_id"]),
    sender: paths.of(String(row["id"]), row["sender"] as string | null),
    recipients: JSON.parse(String(row["recipients"])) as RecordedRecipient[],
    content: Buffer.from((row["content"] as Uint8Array | null) ?? []),
    pieces: row["pieces"] === true,
    attempts: Number(row["attempt"]),
    again: row["again"] === true,
    age: Number(row["age"]),
  };
}

/** The first of each tenant, then the second of each, and so on. */
function byTurns(mails: ClaimedMail[]): ClaimedMail[] {
  const sorted = mails.toSorted((a, b) => b.priority - a.priority || Number(BigInt(a.id) - BigInt(b.id)));
  const turns = new Map<string, number>();
  return sorted
    .map((mail) => {
      const turn = turns.get(mail.tenant) ?? 0;
      turns.set(mail.tenant, turn + 1);
      return { mail, turn };
    })
    .toSorted((a, b) => a.turn - b.turn)
    .map(({ mail }) => mail);
}
