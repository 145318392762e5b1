import { firstValue, type HeadBudget, type ParsedHeader, readFields } from "./head.ts";
import { readStructuredValue, type StructuredValue } from "./structured-value.ts";

/** A message or a part of one, as a range of the message's octets. */
export interface Entity {
  readonly fields: readonly ParsedHeader[];
  readonly type: StructuredValue;
  readonly disposition: StructuredValue;
  /** The transfer encoding, in lower case. */
  readonly encoding: string;
  /** The octets after the header section. */
  readonly body: Buffer;
  /** Whether there is a body, even an empty one: a part may end with its header section. */
  readonly hasBody: boolean;
  /** The parts of a multipart that could be read. */
  readonly parts: readonly Entity[];
}

/** The structure of a message. */
export interface Structure {
  readonly message: Entity;
  /** What was not read because it exceeds a limit. */
  readonly left: string | undefined;
}

/**
 * Reads the structure of a message (RFC 2046 5.1.1) in one pass over its octets. Header sections, parts and their
 * nesting are read up to a limit, so memory is bounded.
 */
export function readStructure(raw: Buffer): Structure {
  return new StructureReader(raw).read();
}

/** An entity while it is read. */
interface Draft extends Omit<Entity, "body" | "parts"> {
  readonly begin: number;
  readonly depth: number;
  end: number;
  readonly parts: Draft[];
  /** The boundary of a multipart that is read; octets as Latin-1. */
  readonly boundary: string | undefined;
  /** The outer multipart that has the same boundary. */
  shadowed: number | undefined;
}

class StructureReader {
  readonly #raw: Buffer;
  readonly #budget: HeadBudget = { octets: MOST_HEAD_OCTETS, fields: MOST_FIELDS };
  /** The multiparts that have not ended, outermost first, and the index of each by its boundary. */
  readonly #open: Draft[] = [];
  readonly #boundaries = new Map<string, number>();
  #at = 0;
  #entities = 0;
  #left: string | undefined;

  constructor(raw: Buffer) {
    this.#raw = raw;
  }

  read(): Structure {
    const message = this.#entity(undefined);
    let current: Draft | undefined = message;
    while (this.#open.length > 0 && this.#at < this.#raw.length) {
      const line: number = this.#at;
      const end = this.#lineEnd(line);
      this.#at = end;
      const delimiter = this.#delimiter(line, end);
      if (delimiter === undefined) continue;
      this.#close(current, line);
      for (const inner of this.#open.splice(delimiter.index + 1)) this.#forget(inner, line);
      const parent = this.#open[delimiter.index] as Draft;
      current = undefined;
      if (delimiter.last) {
        this.#open.pop();
        this.#forget(parent, line);
      } else if (this.#entities >= MOST_ENTITIES) {
        this.#leave(`parts after the first ${MOST_ENTITIES}`);
        break;
      } else {
        current = this.#entity(parent);
        parent.parts.push(current);
      }
    }
    const raw = this.#raw;
    return { message: finished(message, raw), left: this.#left };
  }

  /** Reads a header section. A delimiter ends it like an empty line. */
  #entity(parent: Draft | undefined): Draft {
    this.#entities++;
    const from = this.#at;
    let to = from;
    let hasBody = false;
    while (this.#at < this.#raw.length) {
      const line = this.#at;
      const end = this.#lineEnd(line);
      if (this.#delimiter(line, end) !== undefined) break;
      this.#at = end;
      hasBody = this.#raw[line] === LF || (this.#raw[line] === CR && this.#raw[line + 1] === LF);
      if (hasBody) break;
      to = end;
    }
    const { fields, whole } = readFields(this.#raw.subarray(from, to), this.#budget);
    if (!whole) this.#leave(`header fields after the first ${MOST_FIELDS} or ${MOST_HEAD_OCTETS} octets`);
    const type = typeOf(firstValue(fields, "content-type"), parent);
    const depth = (parent?.depth ?? -1) + 1;
    const boundary = type.value.startsWith("multipart/") ? type.parameters.get("boundary") : undefined;
    if (boundary && depth >= DEEPEST) this.#leave(`parts nested more than ${DEEPEST} deep`);
    const draft: Draft = {
      fields,
      type,
      disposition: readStructuredValue(firstValue(fields, "content-disposition") ?? ""),
      encoding:
        /[\w-]+/.exec(
          readStructuredValue(firstValue(fields, "content-transfer-encoding") ?? "").value,
        )?.[0] ?? "",
      begin: this.#at,
      end: this.#raw.length,
      hasBody,
      depth,
      parts: [],
      boundary: boundary && depth < DEEPEST ? Buffer.from(boundary).toString("latin1") : undefined,
      shadowed: undefined,
    };
    this.#remember(draft);
    return draft;
  }

  #remember(draft: Draft): void {
    if (draft.boundary === undefined) return;
    draft.shadowed = this.#boundaries.get(draft.boundary);
    this.#boundaries.set(draft.boundary, this.#open.push(draft) - 1);
  }

  /** A multipart has ended. */
  #forget(draft: Draft, line: number): void {
    this.#close(draft, line);
    if (draft.boundary === undefined) return;
    if (draft.shadowed === undefined) this.#boundaries.delete(draft.boundary);
    else this.#boundaries.set(draft.boundary, draft.shadowed);
  }

  /** The line end before a delimiter belongs to the delimiter. */
  #close(draft: Draft | undefined, line: number): void {
    if (draft === undefined || draft.end < this.#raw.length) return;
    let end = line;
    if (end > draft.begin && this.#raw[end - 1] === LF) end--;
    if (end > draft.begin && this.#raw[end - 1] === CR) end--;
    draft.end = end;
  }

  #leave(what: string): void {
    this.#left ??= what;
  }

  /** The end of the line that begins at `at`, including its line end. */
  #lineEnd(at: number): number {
    const raw = this.#raw;
    let end = at;
    while (end < raw.length && raw[end] !== LF) end++;
    return Math.min(end + 1, raw.length);
  }

  /** The open multipart that a line is a delimiter of. */
  #delimiter(begin: number, end: number): { readonly index: number; readonly last: boolean } | undefined {
    if (this.#raw[begin] !== DASH || this.#raw[begin + 1] !== DASH || end - begin > LONGEST_DELIMITER)
      return undefined;
    const text = this.#raw.toString("latin1", begin + 2, end).trimEnd();
    const index = this.#boundaries.get(text);
    if (index !== undefined) return { index, last: false };
    const outer = text.endsWith("--") ? this.#boundaries.get(text.slice(0, -2)) : undefined;
    return outer === undefined ? undefined : { index: outer, last: true };
  }
}

/** If the type is not valid, the default type counts (RFC 2045 5.2, RFC 2046 5.1.5). */
function typeOf(value: string | undefined, parent: Draft | undefined): StructuredValue {
  const type = readStructuredValue(value ?? "");
  if (type.value.includes("/")) return type;
  const digest = value === undefined && parent?.type.value === "multipart/digest";
  return { ...type, value: digest ? "message/rfc822" : "text/plain" };
}

function finished(draft: Draft, raw: Buffer): Entity {
  const { fields, type, disposition, encoding, hasBody, begin, end } = draft;
  const parts = draft.parts.map((part) => finished(part, raw));
  return {
    fields,
    type,
    disposition,
    encoding,
    hasBody,
    parts,
    body: raw.subarray(begin, Math.max(begin, end)),
  };
}

const LF = 0x0a;
const CR = 0x0d;
const DASH = 0x2d;

/** The longest line that can be a delimiter. */
const LONGEST_DELIMITER = 1000;

/** How many octets of header sections, and how many fields, are read. */
const MOST_HEAD_OCTETS = 4 * 1_048_576;
const MOST_FIELDS = 50_000;

/** How many entities are read, including the message, and how deep they may be nested. */
const MOST_ENTITIES = 10_000;
const DEEPEST = 256;
