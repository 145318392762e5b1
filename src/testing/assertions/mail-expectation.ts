import { listOf, oneOf, pattern, record } from "../../text/options/option-kinds.ts";
import { type OptionReaders, readOptions } from "../../text/options/option-reader.ts";
import type { DkimResult } from "../../verify/dkim/dkim-verdict.ts";
import type { DmarcResult } from "../../verify/dmarc/dmarc-verdict.ts";
import type { SpfResult } from "../../verify/spf/spf-verdict.ts";
import { isAddressLike } from "../messages/address-key.ts";
import {
  type CapturedMessage,
  isLike,
  type MessagePattern,
  patternReaders,
} from "../messages/captured-message.ts";

/**
 * What a message must be like: every given field must match. A string must be equal to the whole value; a regular
 * expression matches a part.
 */
export interface MailExpectation extends MessagePattern {
  /** The plain text; line ends at its end are ignored. */
  readonly text?: string | RegExp;
  /** The HTML; line ends at its end are ignored. */
  readonly html?: string | RegExp;
  /** Header fields by their names, in any case: one field of this name must match, unfolded and not decoded. */
  readonly headers?: Readonly<Record<string, string | RegExp>>;
  /** The names of attachments that must exist, in any order; there may be more. */
  readonly attachments?: readonly (string | RegExp)[];
  /** The result of SPF. This and the next two need a TestServer with the option `verify`. */
  readonly spf?: SpfResult;
  /** The result of DKIM for one of the signatures; `"none"` if there is none. */
  readonly dkim?: DkimResult | "none";
  /** The result of DMARC. */
  readonly dmarc?: DmarcResult;
}

/**
 * How a message differs from the expectation: one line for each difference.
 *
 * @throws EnvoiError of kind `"configuration"` for an expectation that is not valid.
 */
export function mismatches(message: CapturedMessage, expected: MailExpectation): string[] {
  const { envelope, parsed, to } = message;
  const found: string[] = [];
  const expect = (
    field: string,
    actual: readonly string[],
    pattern: string | RegExp | undefined,
    holds = isLike,
  ): void => {
    if (pattern === undefined || actual.some((each) => holds(each, pattern))) return;
    found.push(`${field}: expected ${show(pattern)}, found ${actual.map(show).join(", ") || "none"}`);
  };
  readOptions(expected, readers, "expected");
  expect("to", to, expected.to, isAddressLike);
  expect("from", [String(envelope.from ?? "")], expected.from, isAddressLike);
  expect("subject", given(parsed.subject), expected.subject);
  expect("text", given(parsed.text).map(withoutEnd), expected.text);
  expect("html", given(parsed.html).map(withoutEnd), expected.html);
  for (const [name, pattern] of Object.entries(expected.headers ?? {})) {
    const fields = parsed.headers.filter((field) => field.name.toLowerCase() === name.toLowerCase());
    expect(
      `header ${name}`,
      fields.map(({ value }) => value),
      pattern,
    );
  }
  const names = parsed.attachments.map(({ filename = "" }) => filename);
  for (const pattern of expected.attachments ?? []) expect("attachment", names, pattern);
  for (const [field, verdicts] of verdictsOf(message)) {
    const wanted = expected[field];
    if (wanted === undefined || verdicts.some(({ result }) => result === wanted)) continue;
    const reasons = verdicts.map(({ result, reason }) => `${show(result)} (${reason})`).join(", ");
    found.push(
      `${field}: expected ${show(wanted)}, found ${reasons || "none: start the server with verify"}`,
    );
  }
  return found;
}

const readers: OptionReaders<MailExpectation> = {
  ...patternReaders,
  text: pattern,
  html: pattern,
  headers: record(pattern),
  attachments: listOf(pattern),
  spf: oneOf<SpfResult>(["none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"]),
  dkim: oneOf<DkimResult | "none">(["none", "pass", "fail", "policy", "temperror", "permerror"]),
  dmarc: oneOf<DmarcResult>(["none", "pass", "fail", "temperror", "permerror"]),
};

type Verdict = Readonly<Record<"result" | "reason", string>>;

/** The verdicts about the sender of a message; none if the server does not verify. */
function verdictsOf({
  authentication,
}: CapturedMessage): [field: "spf" | "dkim" | "dmarc", readonly Verdict[]][] {
  const { spf, dkim, dmarc } = authentication ?? {};
  const unsigned = { result: "none", reason: "the message is not signed" };
  return [
    ["spf", spf ? [spf] : []],
    ["dkim", dkim?.length === 0 ? [unsigned] : (dkim ?? [])],
    ["dmarc", dmarc ? [dmarc] : []],
  ];
}

function given(text: string | undefined): string[] {
  return text === undefined ? [] : [text];
}

function withoutEnd(text: string): string {
  return text.replace(/[\r\n]+$/, "");
}

function show(value: string | RegExp): string {
  if (typeof value !== "string") return String(value);
  return JSON.stringify(value.length > SHOWN ? `${value.slice(0, SHOWN)}…` : value);
}

/** How many characters of a value are shown. */
const SHOWN = 200;
