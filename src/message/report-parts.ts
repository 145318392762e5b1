import { isBlindCopy, withoutBlindCopies } from "../mime/blind-copies.ts";
import { wrongField, wrongWord } from "../mime/message-error.ts";
import { MultiPart } from "../mime/multi-part.ts";
import type { Part } from "../mime/part.ts";
import { SinglePart } from "../mime/single-part.ts";
import { textHeader } from "../mime/unstructured.ts";
import type { NamesOf } from "../text/options/known-names.ts";
import type { Message } from "./message.ts";

/** The fields of every report (RFC 6522). */
export interface ReportFields {
  /** The text for people. */
  readonly text: string | SinglePart;
  /** The mail that the report is about. */
  readonly original?: Message | Uint8Array | undefined;
  /** Whether the whole mail is returned, or only its header. */
  readonly returned?: "full" | "headers" | undefined;
  /** The boundary; by default a random one. */
  readonly boundary?: string | undefined;
}

/** The names of {@link ReportFields}. */
export const reportFieldNames: NamesOf<ReportFields> = {
  text: true,
  original: true,
  returned: true,
  boundary: true,
};

/** Names and values of a group of fields; a field without a value is left out. */
export type Group = readonly (readonly [name: string, value: string | undefined])[];

/** Makes a report: a part for people, a part for programs, and the mail that the report is about. */
export function report(kind: string, groups: readonly Group[], fields: ReportFields): MultiPart {
  const { text, original, returned = "full", boundary } = fields;
  if (returned !== "full" && returned !== "headers")
    throw wrongWord("returned", '"full" or "headers"', returned);
  const parts: Part[] = [
    SinglePart.is(text) ? text : SinglePart.text(text, {}, "text"),
    machinePart(kind, groups),
  ];
  if (original !== undefined) parts.push(returned === "full" ? mailPart(original) : headerPart(original));
  return MultiPart.of("report", parts, { boundary, parameters: new Map([["report-type", kind]]) });
}

/** Checks a value that must be one word in a field of RFC 3464: a host, or the name of a program. */
export function word(value: string | undefined, field: string): string | undefined {
  if (value === undefined || (typeof value === "string" && /^[!-~]{1,255}$/.test(value))) return value;
  throw wrongField(field, "1 to 255 printable ASCII characters without spaces", value);
}

function machinePart(kind: string, groups: readonly Group[]): SinglePart {
  const text = groups.map((group) =>
    group.map(([name, value]) => (value === undefined ? "" : textHeader(name, value).lines)).join(""),
  );
  return SinglePart.text(text.join("\r\n"), { type: `message/${kind}` }, kind);
}

/** The returned mail, without Bcc: the reader of the report must not see blind copies. */
function mailPart(original: Message | Uint8Array): SinglePart {
  return SinglePart.message(original instanceof Uint8Array ? withoutBlindCopies(original) : original);
}

/** The header of the mail, up to and without the empty line (RFC 6522 section 4). */
function headerPart(original: Message | Uint8Array): SinglePart {
  const octets = original instanceof Uint8Array ? withoutBlindCopies(original) : sentHeader(original);
  const text = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString("latin1");
  const end = /\r?\n\r?\n/.exec(text)?.index ?? text.length;
  const header = octets.subarray(0, end);
  return header.some((octet) => octet > 127)
    ? SinglePart.bytes(header, "message/global-headers")
    : SinglePart.text(Buffer.from(header).toString("latin1"), { type: "text/rfc822-headers" }, "original");
}

function sentHeader(original: Message): Uint8Array {
  const fields = [...original.headers].filter(({ name }) => !isBlindCopy(name));
  return Buffer.from(fields.map(({ lines }) => lines).join(""));
}
