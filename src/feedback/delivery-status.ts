import { firstValue, type HeadBudget, type ParsedHeader, readFields } from "../mime/reading/head.ts";
import { beginningInWords } from "./beginning-in-words.ts";
import { codesIn, statusIn } from "./codes.ts";
import { oneLine } from "./diagnostic.ts";
import type { DeliveryAction, FeedbackRecipient } from "./feedback.ts";
import { reportedAddress } from "./reported-address.ts";
import { reportedHost } from "./reported-host.ts";
import { withCodes } from "./severity.ts";

/** What the body of a message/delivery-status says (RFC 3464 section 2, RFC 6533 section 4). */
export interface DeliveryStatus {
  readonly recipients: readonly FeedbackRecipient[];
  readonly envelopeId: string | undefined;
  readonly reportingMta: string | undefined;
}

/**
 * Reads groups of fields that empty lines divide. The first is about the message; where the empty lines are missing, a
 * field that comes again begins the next group.
 */
export function readDeliveryStatus(body: Buffer): DeliveryStatus {
  const recipients: FeedbackRecipient[] = [];
  let message: readonly ParsedHeader[] | undefined;
  for (const group of groupsOf(body)) {
    message ??= group;
    for (const fields of recipientGroups(group)) {
      const recipient = recipientOf(fields);
      if (recipient !== undefined) recipients.push(recipient);
    }
    if (recipients.length >= mostRecipients) break;
  }
  return {
    recipients,
    envelopeId: said(firstValue(message ?? [], "original-envelope-id")),
    reportingMta: reportedHost(firstValue(message ?? [], "reporting-mta")),
  };
}

/** How many recipients are read. */
const mostRecipients = 2_000;

function* groupsOf(body: Buffer): Generator<readonly ParsedHeader[]> {
  const budget: HeadBudget = { octets: 1_048_576, fields: 50_000 };
  for (let at = 0; at < body.length; ) {
    const end = endOfGroup(body, at);
    if (end > at) yield readFields(body.subarray(at, end), budget).fields;
    if (budget.octets <= 0 || budget.fields <= 0) return;
    at = end === at ? lineEnd(body, at) : end;
  }
}

/** The begin of the first line that is empty, or blank: those are not part of a group. */
function endOfGroup(body: Buffer, from: number): number {
  let at = from;
  while (at < body.length) {
    let character = at;
    while (body[character] === 0x20 || body[character] === 0x09 || body[character] === 0x0d) character++;
    if (character >= body.length || body[character] === 0x0a) return at;
    at = lineEnd(body, at);
  }
  return at;
}

function lineEnd(body: Buffer, at: number): number {
  const end = body.indexOf(0x0a, at);
  return end < 0 ? body.length : end + 1;
}

function recipientGroups(fields: readonly ParsedHeader[]): ParsedHeader[][] {
  const groups: ParsedHeader[][] = [];
  let seen = new Set<string>();
  for (const field of fields) {
    const name = field.name.toLowerCase();
    if (groups.length === 0 || (once.has(name) && seen.has(name))) {
      groups.push([]);
      seen = new Set();
    }
    seen.add(name);
    groups.at(-1)?.push(field);
  }
  return groups;
}

const once: ReadonlySet<string> = new Set(["original-recipient", "final-recipient", "action", "status"]);

function recipientOf(fields: readonly ParsedHeader[]): FeedbackRecipient | undefined {
  const final = addressField(fields, "final-recipient");
  const original = addressField(fields, "original-recipient");
  const actual = addressField(fields, "x-actual-recipient");
  const address = [final, original, actual].find((each) => each?.includes("@")) ?? final ?? original;
  if (address === undefined) return undefined;
  const diagnostic = diagnosticOf(firstValue(fields, "diagnostic-code") ?? "");
  const status = statusIn(beginningInWords(firstValue(fields, "status") ?? "", 100));
  const action = actionOf(firstValue(fields, "action"), status ?? codesIn(diagnostic ?? "").status);
  return withCodes({
    address,
    ...(original !== undefined && original !== address && { originalAddress: original }),
    action,
    status,
    diagnostic,
    remoteMta: reportedHost(firstValue(fields, "remote-mta")),
  });
}

function addressField(fields: readonly ParsedHeader[], name: string): string | undefined {
  const value = firstValue(fields, name);
  return value === undefined ? undefined : reportedAddress(value);
}

/** Some servers use other words than the five, or none; then the class of the status tells what happened. */
function actionOf(value: string | undefined, status: string | undefined): DeliveryAction | undefined {
  const word = /[a-z]+/i.exec(value ?? "")?.[0].toLowerCase() ?? "";
  for (const [beginning, action] of actions) if (word.startsWith(beginning)) return action;
  return status === undefined
    ? undefined
    : ({ "2": "delivered", "4": "delayed", "5": "failed" } as const)[status.charAt(0)];
}

const actions: readonly (readonly [string, DeliveryAction])[] = [
  ["fail", "failed"],
  ["undeliver", "failed"],
  ["reject", "failed"],
  ["expired", "failed"],
  ["delay", "delayed"],
  ["defer", "delayed"],
  ["deliver", "delivered"],
  ["relay", "relayed"],
  ["expand", "expanded"],
];

/** Without its type. `X-Postfix; host … said: 550 …` has one too. */
function diagnosticOf(value: string): string | undefined {
  const text = oneLine(value);
  return said(/^[\w-]{1,40}\s*;\s*(.*)$/s.exec(text)?.[1] ?? text);
}

function said(text: string | undefined): string | undefined {
  const trimmed = text === undefined ? undefined : beginningInWords(text.trim(), 1000);
  return trimmed === "" ? undefined : trimmed;
}
