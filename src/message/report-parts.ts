import { isBlindCopy, withoutBlindCopies } from "../mime/blind-copies.ts";
import { MessageError } from "../mime/message-error.ts";
import { MultiPart } from "../mime/multi-part.ts";
import type { Part } from "../mime/part.ts";
import { SinglePart } from "../mime/single-part.ts";
import { textHeader } from "../mime/unstructured.ts";
import type { Message } from "./message.ts";

/** What every report has (RFC 6522). */
export interface ReportFields {
  /** What people read. */
  readonly text: string | SinglePart;
  /** The mail that the report is about. */
  readonly original?: Message | Uint8Array | undefined;
  /** Whether all of that mail goes back, or its header only. */
  readonly returned?: "full" | "headers" | undefined;
  /** Random if not given. */
  readonly boundary?: string | undefined;
}

/** The names of {@link ReportFields}. */
export const reportFieldNames: readonly string[] = ["text", "original", "returned", "boundary"];

/** Names and values of one group of fields; those without a value are left out. */
export type Group = readonly (readonly [name: string, value: string | undefined])[];

/** A report: what people read, what programs read, and the mail it is about. */
export function report(kind: string, groups: readonly Group[], fields: ReportFields): MultiPart {
  const { text, original, returned = "full", boundary } = fields;
  if (returned !== "full" && returned !== "headers")
    throw new MessageError('returned: "full" or "headers" is expected', { field: "returned" });
  const parts: Part[] = [
    SinglePart.is(text) ? text : SinglePart.text(text, {}, "text"),
    machinePart(kind, groups),
  ];
  if (original !== undefined) parts.push(returned === "full" ? mailPart(original) : headerPart(original));
  return MultiPart.of("report", parts, { boundary, parameters: new Map([["report-type", kind]]) });
}

/** A name in a field where RFC 3464 has no room for anything else: a host, or the name of a program. */
export function word(value: string | undefined, field: string): string | undefined {
  if (value === undefined || (typeof value === "string" && /^[!-~]{1,255}$/.test(value))) return value;
  throw new MessageError(`${field}: printable ASCII without spaces is expected`, { field });
}

function machinePart(kind: string, groups: readonly Group[]): SinglePart {
  const text = groups.map((group) =>
    group.map(([name, value]) => (value === undefined ? "" : textHeader(name, value).lines)).join(""),
  );
  return SinglePart.text(text.join("\r\n"), { type: `message/${kind}` }, kind);
}

/** The mail that comes back; who got a blind copy of it is not for those who read the report. */
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
