import { EnvoiError, reasonOf } from "../../errors.ts";

/**
 * The error of a database as one of envoi: kind `"connection"` and transient if the connection is the cause, otherwise
 * `"configuration"`. Errors of envoi, and those that do not come from a database, stay as they are.
 */
export function databaseError(error: unknown): unknown {
  if (EnvoiError.is(error)) return error;
  const { code } = Object(error) as { code?: unknown };
  if (!(error instanceof Error) && code === undefined) return error;
  const broken = isConnectionProblem(error);
  return new EnvoiError(`database: ${advice(code, reasonOf(error))}`, {
    kind: broken ? "connection" : "configuration",
    delivery: "not-sent",
    transient: broken || (typeof code === "string" && /^(?:40|55P03|57014)/.test(code)),
    permanent: !broken && typeof code === "string" && /^(?:28|3D|3F|42)/.test(code),
    cause: error,
  });
}

/** PostgreSQL's code of an error, also of one that envoi made of it. */
export function sqlState(error: unknown): string | undefined {
  const { code, cause } = Object(error) as { code?: unknown; cause?: unknown };
  if (typeof code === "string" && /^[0-9A-Z]{5}$/.test(code)) return code;
  return cause === undefined ? undefined : sqlState(cause);
}

function isConnectionProblem(error: unknown): boolean {
  const { code, message } = Object(error) as { code?: unknown; message?: unknown };
  if (typeof code === "string" && /^(?:08|57P0|53|E[A-Z]+$)/.test(code)) return true;
  return /connection|no answer within|timeout|socket/i.test(String(message));
}

function advice(code: unknown, reason: string): string {
  switch (code) {
    case "ECONNREFUSED":
      return `nothing listens there (${reason}). Check host and port of the URL, and that PostgreSQL runs`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `the host of the URL has no address (${reason})`;
    case "28P01":
    case "28000":
      return `the login was refused (${reason}). Check user and password of the URL`;
    case "3D000":
      return `${reason}. Create it with createdb, or correct the URL`;
    case "25P02":
      return `the transaction was aborted by an earlier error, so the mail was not enqueued. Roll back and begin again`;
    default:
      return reason;
  }
}
