import { EnvoiError, reasonOf } from "../../errors.ts";

/**
 * The error of a database as one of envoi: kind `"connection"` and transient if the connection is the cause, otherwise
 * `"configuration"`. Errors of envoi, and those that do not come from a database, stay as they are.
 */
export function databaseError(error: unknown): unknown {
  if (EnvoiError.is(error)) return error;
  const told = toldBy(error);
  const { code } = told;
  if (!(error instanceof Error) && code === undefined) return error;
  const broken = isConnectionProblem(told);
  return new EnvoiError(`database: ${advice(code, told.message)}`, {
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
  if (typeof code === "string" && isSqlState(code)) return code;
  return cause === undefined ? undefined : sqlState(cause);
}

/** The codes of Prisma are P1000 and above, those of PL/pgSQL begin with P0. */
function isSqlState(code: string): boolean {
  return /^(?!P[1-9])[0-9A-Z]{5}$/.test(code);
}

/** What a database or its driver said. */
interface Told {
  readonly code?: unknown;
  readonly message: string;
}

/**
 * What the database said of an error that a library has wrapped. Drizzle puts the values of the statement into the
 * message, and with them the whole mail.
 */
function toldBy(error: unknown): Told {
  const { code, cause, meta } = Object(error) as { code?: unknown; cause?: unknown; meta?: unknown };
  const { originalCode, originalMessage } = Object(Object(Object(meta).driverAdapterError).cause);
  if (typeof originalCode === "string")
    return { code: originalCode, message: oneLine(String(originalMessage)) };
  if (code === undefined && typeof Object(cause).code === "string") return toldBy(cause);
  return { code, message: oneLine(reasonOf(error)) };
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function isConnectionProblem({ code, message }: Told): boolean {
  if (typeof code === "string" && /^(?:08|57P0|53|E[A-Z]+$)/.test(code)) return true;
  return /connection|no answer within|timeout|socket/i.test(message);
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
    case "25P01":
      return "the transaction of via is not open, so the mail was not enqueued. Begin one, or leave via out";
    case "25P02":
      return "the transaction was aborted by an earlier error, so the mail was not enqueued. Roll back and begin again";
    default:
      if (/after calling end on the pool/.test(reason))
        return "it is closed: the outbox, or the Pool that it uses";
      return lost.test(reason) ? `${reason}. Check that a PostgreSQL is at host and port of the URL` : reason;
  }
}

/** What pg says if nobody answered, or somebody else did. */
const lost: RegExp = /^(?:Connection terminated|The server does not support SSL|timeout expired)/;
