import { misconfigured } from "../errors.ts";
import type { Statements } from "./database/database.ts";

/** A transaction on the database of an outbox. */
export interface OutboxTransaction {
  /** Runs one statement with `$1` ... */
  query(text: string, values?: readonly unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
}

/** Gives work a transaction. It refuses statements after its end, when others use its connection. */
export async function lend<T>(
  statements: Statements,
  work: (transaction: OutboxTransaction) => Promise<T>,
): Promise<T> {
  const transaction = {
    closed: false,
    async query(text: string, values?: readonly unknown[]) {
      if (transaction.closed)
        throw misconfigured(
          "transaction: it has ended, so nothing more can be done in it. Begin another one",
        );
      return { rows: [...(await statements.query(text, values))] as Record<string, unknown>[] };
    },
  };
  try {
    return await work(transaction);
  } finally {
    transaction.closed = true;
  }
}
