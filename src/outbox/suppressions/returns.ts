import type { Feedback, FeedbackRecipient } from "../../feedback/feedback.ts";
import { readFeedback } from "../../feedback/read-feedback.ts";
import type { FeedbackSource } from "../../feedback/report-source.ts";
import { wrongOption } from "../../text/options/option-reader.ts";
import type { Database, Statements } from "../database/database.ts";
import type { ReadOutboxOptions } from "../options.ts";
import type { RecordedRecipient } from "../recorded-recipient.ts";
import { json } from "../schema/json.ts";
import type { Schema } from "../schema/schema.ts";
import { envelopeIdOf, mailOfEnvelopeId } from "./envelope-id.ts";
import type { ReturnPaths } from "./return-path.ts";
import type { SuppressionReason } from "./suppression.ts";
import type { Suppressions } from "./suppressions.ts";

/** Who sent a report, as far as somebody has checked: what `authenticate` of envoi/verify returns. */
export interface ReportAuthentication {
  /** What DMARC says. */
  readonly dmarc: { readonly result: string };
}

/** What became of a mail that came back. */
export interface FeedbackResult {
  /** What it says. */
  readonly feedback: Feedback;
  /** The mail that it is about. */
  readonly id?: string | undefined;
  /**
   * How the mail was found: `"verp"` by the address that the report came to, which only this outbox can make;
   * `"envelope-id"` by the ENVID that it was sent with, or `"message-id"` by its Message-ID, which anybody may know who
   * has seen the mail.
   */
  readonly by?: "verp" | "envelope-id" | "message-id" | undefined;
  /** The recipients that get no mail from now on. */
  readonly suppressed: readonly string[];
}

/** A mail that feedback is about. */
interface Found {
  readonly id: string;
  readonly by: "verp" | "envelope-id" | "message-id";
  readonly tenant: string;
  readonly messageId: string;
  readonly state: string;
  readonly recipients: readonly RecordedRecipient[];
}

/**
 * What comes back, and what follows from it. All feedback about a mail is recorded. An address is suppressed only if
 * the report cannot be forged by others: it came to the address of the mail, or it is a complaint whose sender is
 * proved.
 */
export class Returns {
  readonly #database: Database;
  readonly #schema: Schema;
  readonly #suppressions: Suppressions;
  readonly #paths: ReturnPaths;
  readonly #rules: ReadOutboxOptions["suppress"];

  constructor(
    database: Database,
    schema: Schema,
    suppressions: Suppressions,
    paths: ReturnPaths,
    rules: ReadOutboxOptions["suppress"],
  ) {
    this.#database = database;
    this.#schema = schema;
    this.#suppressions = suppressions;
    this.#paths = paths;
    this.#rules = rules;
  }

  /** Reads a mail that came back, records it and acts on it. */
  async take(raw: FeedbackSource, authentication: ReportAuthentication | undefined): Promise<FeedbackResult> {
    const proved = isProved(authentication);
    const feedback = await readFeedback(raw);
    if (feedback.type === "none") return { feedback, suppressed: [] };
    return this.#database.transaction(async (transaction) => {
      const found = await this.#find(transaction, feedback);
      if (found === undefined) return { feedback, suppressed: [] };
      const { id, by } = found;
      const trusted = by === "verp" || (feedback.type === "complaint" && proved);
      const suppressed = new Set<string>();
      for (const { recipient, said } of concerned(found, feedback)) {
        await this.#record(transaction, found, recipient, feedback, said);
        const reason = trusted
          ? await this.#reason(transaction, found, recipient, feedback, said)
          : undefined;
        if (reason === undefined) continue;
        suppressed.add(recipient);
        await this.#suppress(transaction, found.tenant, recipient, reason, said);
      }
      await this.#note(transaction, found, feedback, [...suppressed]);
      return { feedback, id, by, suppressed: [...suppressed] };
    });
  }

  async #find(transaction: Statements, feedback: Feedback): Promise<Found | undefined> {
    for (const address of feedback.sentTo) {
      const read = this.#paths.read(address);
      if (read === undefined) continue;
      if ("id" in read) return this.#row(transaction, "id = $1::text::bigint", [read.id], "verp");
      return this.#row(
        transaction,
        "key = $1::text and lower(sender) = lower($2::text)",
        [read.key, address],
        "verp",
      );
    }
    const { envelopeId = "", messageId } = feedback;
    const id = mailOfEnvelopeId(envelopeId);
    const named =
      id === undefined
        ? undefined
        : await this.#row(transaction, "id = $1::text::bigint", [id], "envelope-id");
    if (named !== undefined && envelopeIdOf(named.id, named.messageId) === envelopeId) return named;
    if (messageId === undefined) return undefined;
    return this.#row(transaction, "message_id = $1::text", [messageId], "message-id");
  }

  async #row(
    transaction: Statements,
    condition: string,
    values: readonly string[],
    by: Found["by"],
  ): Promise<Found | undefined> {
    const [row] = await transaction.query(
      `select id::text as id, tenant, state, message_id, recipients::text as recipients from ${this.#schema.quoted}.mail
       where ${condition} order by id desc limit 1`,
      values,
    );
    if (row === undefined) return undefined;
    return {
      by,
      id: String(row["id"]),
      tenant: String(row["tenant"]),
      state: String(row["state"]),
      messageId: String(row["message_id"]),
      recipients: JSON.parse(String(row["recipients"])) as RecordedRecipient[],
    };
  }

  /** The same is recorded once, and of one mail at most a hundred things, whoever sends them. */
  async #record(
    transaction: Statements,
    { id, tenant, by }: Found,
    recipient: string,
    { type, complaint }: Feedback,
    said: FeedbackRecipient | undefined,
  ): Promise<void> {
    const { address, action, code, diagnostic, severity } = said ?? {};
    await transaction.query(
      `insert into ${this.#schema.quoted}.feedback (mail, tenant, address, type, found_by, status, detail)
       select $1::text::bigint, $2::text, lower($3::text), $4::text, $5::text, $6::text, $7::text::jsonb
       where not exists (select 1 from ${this.#schema.quoted}.feedback where mail = $1::text::bigint
         and address = lower($3::text) and type = $4::text and found_by = $5::text and status is not distinct from $6::text)
        and (select count(*) from ${this.#schema.quoted}.feedback where mail = $1::text::bigint) < 100`,
      [
        id,
        tenant,
        recipient,
        type,
        by,
        said?.status ?? null,
        json({ address, action, code, diagnostic, severity, complaint }),
      ],
    );
  }

  /** Why a recipient gets no mail any more; `undefined` if it still does. */
  async #reason(
    transaction: Statements,
    { tenant }: Found,
    recipient: string,
    { type }: Feedback,
    said: FeedbackRecipient | undefined,
  ): Promise<SuppressionReason | undefined> {
    if (type === "complaint") return "complaint";
    if (type !== "bounce" || said?.action !== "failed") return undefined;
    if (said.severity === "hard") return "bounce";
    const [row] = await transaction.query(
      `select count(distinct mail)::int as n from ${this.#schema.quoted}.feedback
       where address = lower($1::text) and tenant = $2::text and type = 'bounce' and found_by = 'verp'
        and detail->>'severity' = 'soft' and at > now() - $3::text::float8 * interval '1 millisecond'`,
      [recipient, tenant, String(this.#rules.within)],
    );
    return Number(row?.["n"]) >= this.#rules.softBounces ? "soft-bounces" : undefined;
  }

  async #suppress(
    transaction: Statements,
    tenant: string,
    address: string,
    reason: SuppressionReason,
    said: FeedbackRecipient | undefined,
  ): Promise<void> {
    const detail = [said?.status, said?.diagnostic].filter((each) => each !== undefined).join(" ");
    await this.#suppressions.suppress(transaction, {
      address,
      tenant,
      reason,
      ...(detail !== "" && { detail }),
      ...(reason === "soft-bounces" && { expires: Date.now() + this.#rules.softFor }),
    });
  }

  async #note(
    transaction: Statements,
    { id, state, by }: Found,
    { type }: Feedback,
    suppressed: readonly string[],
  ): Promise<void> {
    await transaction.query(
      `insert into ${this.#schema.quoted}.event (mail, kind, state, detail)
       values ($1::text::bigint, 'feedback', $2::text, $3::text::jsonb)`,
      [id, state, json({ type, by, suppressed })],
    );
  }
}

/**
 * The recipients of a mail that feedback is about, and what it says of each. A server may have forwarded the mail to
 * another address; if the mail has one recipient, it is about that one. A report about addresses that are not among
 * several recipients is about none.
 */
function concerned(
  { recipients }: Found,
  { recipients: reported }: Feedback,
): { readonly recipient: string; readonly said: FeedbackRecipient | undefined }[] {
  const [only] = recipients;
  if (only !== undefined && recipients.length === 1)
    return [{ recipient: only.recipient, said: worst(reported) }];
  return recipients.flatMap(({ recipient }) => {
    const said = reported.filter(({ address, originalAddress }) =>
      [address, originalAddress].some((each) => each?.toLowerCase() === recipient.toLowerCase()),
    );
    return said.length === 0 ? [] : [{ recipient, said: worst(said) }];
  });
}

/** What failed counts most. */
function worst(said: readonly FeedbackRecipient[]): FeedbackRecipient | undefined {
  return (
    said.find(({ severity }) => severity === "hard") ??
    said.find(({ action }) => action === "failed") ??
    said[0]
  );
}

function isProved(authentication: ReportAuthentication | undefined): boolean {
  if (authentication === undefined) return false;
  const result: unknown = Object(Object(authentication).dmarc).result;
  if (typeof result !== "string")
    throw wrongOption("authentication", "what authenticate() of envoi/verify returns", authentication);
  return result === "pass";
}
