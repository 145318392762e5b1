import type { EnvoiError } from "../../../errors.ts";
import type { SendReport } from "../../../protocol/send-report.ts";
import { jsonLine, jsonText } from "../../json-text.ts";
import { type MailOutcome, mailOutcome, recipientOutcome, worstOf } from "../outcome-status.ts";

/** What is known of the mail of a row: what the lines of a resume file say. */
export interface RowState {
  /** `begun` if it was under way when the run ended. */
  readonly outcome: MailOutcome | "begun";
  /** The recipients to whom it may be sent again; absent if that is all or none of them, as the outcome says. */
  readonly again?: readonly string[] | undefined;
  /** The recipients for whom it is unknown; absent if that is all or none of them, as the outcome says. */
  readonly unknown?: readonly string[] | undefined;
  /** Whether a recipient has refused it for good, besides the others. */
  readonly refused?: true | undefined;
  /** The Message-ID of a mail that was under way or is unknown. */
  readonly messageId?: string | undefined;
}

/** A line of a resume file: a mark, the line of the row, and what the mark needs besides. */
export interface StateLine {
  readonly line: number;
  readonly state: RowState;
}

const marks: Readonly<Record<RowState["outcome"], string>> = {
  begun: ">",
  accepted: "+",
  refused: "-",
  later: "~",
  unknown: "?",
  "not-built": "!",
};

const outcomes = new Map(
  Object.entries(marks).map(([outcome, mark]) => [mark, outcome as RowState["outcome"]]),
);

/**
 * Formats a line, with its line end.
 *
 * @param key written with the mark of a mail that is under way: for readers, and for data that has changed
 */
export function formatState(line: number, state: RowState, key?: string): string {
  const { outcome, again, unknown, refused, messageId } = state;
  const start = `${marks[outcome]} ${line}`;
  if (again !== undefined || unknown !== undefined || refused !== undefined)
    return `${start} ${jsonLine({ key, messageId, again, unknown, refused })}\n`;
  const details: string[] = [];
  if (key !== undefined) details.push(`"key":${jsonText(key)}`);
  if (messageId !== undefined) details.push(`"messageId":${jsonText(messageId)}`);
  return details.length === 0 ? `${start}\n` : `${start} {${details.join(",")}}\n`;
}

/** Reads a line without its line end; `undefined` if it is not one. */
export function parseState(text: string): (StateLine & { readonly key?: string | undefined }) | undefined {
  const [, mark = "", number = "", json] = /^([>+\-~?!]) (\d{1,10})(?: (\{.*\}))?$/s.exec(text) ?? [];
  const outcome = outcomes.get(mark);
  if (outcome === undefined) return undefined;
  const line = Number(number);
  if (json === undefined) return { line, state: { outcome } };
  try {
    const { key, ...details } = JSON.parse(json);
    return { line, key, state: { outcome, ...details } };
  } catch {
    return undefined;
  }
}

/** The recipients to whom a row is to be sent now: all, these, or none because that is done or must be held. */
export function recipientsLeft(
  state: RowState | undefined,
  unknownAgain: boolean,
): "all" | readonly string[] | undefined {
  if (state === undefined) return "all";
  const { outcome, again, unknown } = state;
  if (again !== undefined || unknown !== undefined) {
    const left = [...(again ?? []), ...(unknownAgain ? (unknown ?? []) : [])];
    return left.length === 0 ? undefined : left;
  }
  if (outcome === "accepted" || outcome === "refused") return undefined;
  if (outcome === "begun" || outcome === "unknown") return unknownAgain ? "all" : undefined;
  return "all";
}

/** What is known of a row after its mail was sent, to all its recipients or to those that were left. */
export function stateAfter(
  earlier: RowState | undefined,
  unknownAgain: boolean,
  sent: { readonly report: SendReport | undefined; readonly error: EnvoiError | undefined },
): RowState {
  const { report, error } = sent;
  const now = mailOutcome(report, error);
  if (now === "not-built" || report === undefined)
    return { outcome: now, again: earlier?.again, unknown: earlier?.unknown, refused: earlier?.refused };
  const recipients = report.recipients.map((each) => ({
    address: each.recipient.toString(),
    outcome: recipientOutcome(each, error),
  }));
  const of = (wanted: MailOutcome) =>
    recipients.filter(({ outcome }) => outcome === wanted).map(({ address }) => address);
  const unknown = [...(unknownAgain ? [] : (earlier?.unknown ?? [])), ...of("unknown")];
  const [again, refused] = [of("later"), of("refused").length > 0 || earlier?.refused === true];
  const outcome = worstOf([
    ...(unknown.length > 0 ? (["unknown"] as const) : []),
    ...(again.length > 0 ? (["later"] as const) : []),
    ...(refused ? (["refused"] as const) : []),
  ]);
  const messageId = unknown.length > 0 ? (report.messageId ?? earlier?.messageId) : undefined;
  if (earlier === undefined && recipients.every((each) => each.outcome === outcome))
    return { outcome, messageId };
  return {
    outcome,
    messageId,
    ...(again.length > 0 && { again }),
    ...(unknown.length > 0 && { unknown }),
    ...(refused && (again.length > 0 || unknown.length > 0) && { refused: true }),
  };
}
