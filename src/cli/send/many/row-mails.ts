import { Envelope } from "../../../address/envelope.ts";
import { EnvoiError } from "../../../errors.ts";
import { Message } from "../../../message/message.ts";
import type { MessagePlan } from "../mail/message-plan.ts";
import { RowProblem } from "../mail/row-problem.ts";
import { RowValues } from "../mail/template.ts";
import type { DataRow } from "./data-row.ts";
import type { DataTable } from "./data-table.ts";
import { keyOf } from "./key.ts";

/** A row, and the message that is made of it or the reason why there is none. */
export interface RowMail {
  readonly line: number;
  readonly key: string | undefined;
  readonly message?: Message;
  readonly problem?: string;
}

/** The messages of the rows of a table. */
export class RowMails {
  readonly #table: DataTable;
  readonly #plan: MessagePlan;
  readonly #key: string | undefined;

  constructor(table: DataTable, plan: MessagePlan, key: string | undefined) {
    this.#table = table;
    this.#plan = plan;
    this.#key = key;
  }

  /** The rows, a list for each chunk that was read. */
  rows(): AsyncIterable<readonly DataRow[]> {
    return this.#table.rows();
  }

  /** The key of a row, if rows have one. @throws CommandError if this row has none. */
  keyOf({ values, line }: DataRow): string | undefined {
    if (this.#key === undefined || values === undefined) return undefined;
    return keyOf(values, this.#key, line, this.#table.columns);
  }

  /**
   * Makes the message of a row.
   *
   * @param left the recipients, if the mail is not for all of them
   */
  mailOf(row: DataRow, left: "all" | readonly string[] = "all"): RowMail {
    const { line, values, problem } = row;
    const key = this.keyOf(row);
    if (values === undefined) return { line, key, problem: problem ?? "no row" };
    try {
      const fields = this.#plan.fields(new RowValues(values));
      const message = Message.create(fields);
      if (left === "all") return { line, key, message };
      return {
        line,
        key,
        message: Message.create({ ...fields, envelope: Envelope.of(message.envelope.from, left) }),
      };
    } catch (error) {
      if (!(error instanceof RowProblem) && !EnvoiError.is(error)) throw error;
      return { line, key, problem: (error as Error).message };
    }
  }
}
