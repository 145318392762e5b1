import type { TextDecoding } from "../../text/charsets/web-charset.ts";

/** A value with parameters, such as that of Content-Type. */
export interface StructuredValue {
  /** In lower case. */
  readonly value: string;
  /** By their names in lower case, not decoded (RFC 2231). If a name occurs twice, the first counts. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Reads a value and its parameters, as far as possible (RFC 2045 5.1). */
export function readStructuredValue(text: string): StructuredValue {
  const [first = "", ...rest] = segments(text.slice(0, LONGEST));
  const parameters = new Map<string, string>();
  for (const segment of rest) {
    const equals = segment.indexOf("=");
    if (equals === -1) continue;
    const name = withoutComment(segment.slice(0, equals)).toLowerCase();
    if (name !== "" && !parameters.has(name)) parameters.set(name, plain(segment.slice(equals + 1)));
  }
  return { value: withoutComment(first).toLowerCase(), parameters };
}

/** A parameter, joined from its sections and decoded (RFC 2231). */
export function parameter(
  { parameters }: StructuredValue,
  name: string,
  decode: TextDecoding,
): string | undefined {
  const sections = sectionsOf(parameters, name);
  if (sections.length === 0) return parameters.get(name);
  const [first] = sections;
  const marked = first?.encoded === true ? /^([^']*)'[^']*'/.exec(first.text) : null;
  const pieces: string[] = [];
  let octets = "";
  const flush = (): void => {
    if (octets !== "") pieces.push(decode(Buffer.from(octets, "latin1"), marked?.[1] || "utf-8"));
    octets = "";
  };
  for (const { text, encoded } of sections) {
    if (encoded)
      octets += percentDecoded(marked !== null && text === first?.text ? text.slice(marked[0].length) : text);
    else {
      // A character may begin in one section and end in the next, but only percent-encoded sections are joined.
      flush();
      pieces.push(text);
    }
  }
  flush();
  return pieces.join("");
}

function sectionsOf(
  parameters: ReadonlyMap<string, string>,
  name: string,
): { readonly text: string; readonly encoded: boolean }[] {
  const whole = parameters.get(`${name}*`);
  if (whole !== undefined) return [{ text: whole, encoded: true }];
  const sections: { text: string; encoded: boolean }[] = [];
  for (let number = 0; ; number++) {
    const literal = parameters.get(`${name}*${number}`);
    const encoded = parameters.get(`${name}*${number}*`);
    const text = encoded ?? literal;
    if (text === undefined) return sections;
    sections.push({ text, encoded: encoded !== undefined });
  }
}

/** Octets as Latin-1. */
function percentDecoded(text: string): string {
  return Buffer.from(text)
    .toString("latin1")
    .replace(/%([0-9a-f]{2})/gi, (_, octet: string) => String.fromCharCode(Number.parseInt(octet, 16)));
}

/** Splits a text at semicolons outside of quotes. */
function segments(text: string): string[] {
  const found: string[] = [];
  let begin = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (quoted && character === "\\") at++;
    else if (character === '"') quoted = !quoted;
    else if (character === ";" && !quoted) {
      found.push(text.slice(begin, at));
      begin = at + 1;
    }
  }
  found.push(text.slice(begin));
  return found;
}

/** The value without its quotes, or the token without what follows it. */
function plain(text: string): string {
  const value = text.trim();
  if (!value.startsWith('"')) return withoutComment(value);
  let unquoted = "";
  for (let at = 1; at < value.length && value[at] !== '"'; at++) {
    if (value[at] === "\\" && at + 1 < value.length) at++;
    unquoted += value[at];
  }
  return unquoted;
}

/** A comment begins after a space: `Invoice(1).pdf` is a name. */
function withoutComment(text: string): string {
  const trimmed = text.trim();
  const before = trimmed.startsWith("(") ? trimmed.slice(trimmed.indexOf(")") + 1).trim() : trimmed;
  const comment = before.search(/[ \t]\(/);
  return (comment === -1 ? before : before.slice(0, comment)).trim();
}

/** How much of a value is read. */
const LONGEST = 65_536;
