import { EnvoiError } from "../../errors.ts";
import { beginningOf } from "../../text/beginning.ts";
import { ApiError, type ApiErrorStatus } from "../http/api-error.ts";

/** What is wrong with a request, for its author. */
export interface Complaint {
  /** The part of the request: a parameter, or a field of the body. */
  readonly field: string;
  /** What it must be. */
  readonly expected: string;
  /** What it is, shortened. */
  readonly got: string;
  /** What to do, if that is not obvious. */
  readonly remedy?: string | undefined;
}

/** Ends a request of the lab. The answer has the complaint and a message for people, as JSON. */
export class LabError extends ApiError {
  readonly complaint: Complaint;

  constructor(complaint: Complaint, status: ApiErrorStatus = 400) {
    const { field, expected, got, remedy } = complaint;
    super(`${field}: expected ${expected}, got ${got}${remedy === undefined ? "" : `. ${remedy}`}`, status);
    this.complaint = complaint;
  }
}

/** A value of a request, for a message. */
export function shownValue(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 100 ? `${beginningOf(text, 100)}…` : text;
}

/** An error of the library about what the request gave, as an error of the lab; anything else as it is. */
export function asLabError(error: unknown): unknown {
  if (!EnvoiError.is(error) || (error.kind !== "configuration" && error.kind !== "address")) return error;
  const { message } = error;
  const [, field = "body", problem = message] = /^([^\s:]+): (.*)$/s.exec(message) ?? [];
  // "fault.at: expected ..., got .... Remedy"
  const [, expected, got, remedy] = /^expected (.*?), got (.*?)(?:\. (.*))?$/s.exec(problem) ?? [];
  if (expected !== undefined && got !== undefined) return new LabError({ field, expected, got, remedy });
  // "fault: there is no "att"; the nearest is at"
  const sentence = `${problem.slice(0, 1).toUpperCase()}${problem.slice(1)}`;
  return new LabError({ field, expected: "a valid value", got: "another one", remedy: sentence });
}
