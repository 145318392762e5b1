import { encodeBase64Lines } from "../text/base64.ts";

/**
 * A message with its binary bodies in base64, as they could have been sent: postal-mime reads bodies as lines, and loses
 * octets of those that are none. Other messages are as they were.
 */
export function legible(raw: Buffer): Buffer {
  const text = raw.toString("latin1");
  if (!BINARY.test(text)) return raw;
  const edits: Edit[] = [];
  const entities: Entity[] = [{ begin: 0, end: text.length, depth: 0 }];
  for (let entity = entities.pop(); entity !== undefined; entity = entities.pop()) {
    const head = headOf(text, entity);
    const boundary = boundaryOf(head.text);
    const encoding = BINARY.exec(head.text);
    if (boundary !== undefined && entity.depth < DEEPEST) {
      for (const part of partsOf(text, { ...entity, begin: head.end }, boundary)) entities.push(part);
    } else if (encoding !== null) {
      const at = entity.begin + encoding.index;
      edits.push({ begin: at, end: at + encoding[0].length, text: "Content-Transfer-Encoding: base64" });
      const body = Buffer.from(text.slice(head.end, entity.end), "latin1");
      edits.push({ begin: head.end, end: entity.end, text: encodeBase64Lines(body).toString("latin1") });
    }
  }
  return Buffer.from(edited(text, edits), "latin1");
}

const BINARY = /^content-transfer-encoding:[ \t]*"?binary"?[ \t]*(?=\r?$)/im;
const DEEPEST = 100;

interface Entity {
  readonly begin: number;
  readonly end: number;
  readonly depth: number;
}

interface Edit {
  readonly begin: number;
  readonly end: number;
  readonly text: string;
}

/** The header section, and where the body begins. */
function headOf(text: string, { begin, end }: Entity): { text: string; end: number } {
  if (text.startsWith("\r\n", begin)) return { text: "", end: begin + 2 };
  const blank = text.indexOf("\r\n\r\n", begin);
  if (blank === -1 || blank >= end) return { text: text.slice(begin, end), end };
  return { text: text.slice(begin, blank + 2), end: Math.min(blank + 4, end) };
}

function boundaryOf(head: string): string | undefined {
  const field = /^content-type:[ \t]*multipart\/[^\r\n]*(?:\r\n[ \t][^\r\n]*)*/im.exec(head)?.[0] ?? "";
  const match = /;\s*boundary=(?:"([^"]*)"|([^\s;]+))/i.exec(field);
  return match?.[1] ?? match?.[2];
}

/** What stands between the delimiters (RFC 2046 5.1.1). */
function partsOf(text: string, { begin, end, depth }: Entity, boundary: string): Entity[] {
  const parts: Entity[] = [];
  const delimiter = `\r\n--${boundary}`;
  // The line end before the first may be that of the header.
  let at = text.indexOf(delimiter, Math.max(0, begin - 2));
  while (at !== -1 && at < end) {
    const behind = at + delimiter.length;
    const line = /^(--)?[ \t]*\r\n/.exec(text.slice(behind, behind + 80));
    if (line === null || line[1] !== undefined) {
      if (line !== null || text.startsWith("--", behind)) break;
      at = text.indexOf(delimiter, behind);
      continue;
    }
    const from = behind + line[0].length;
    at = text.indexOf(delimiter, from - 2);
    parts.push({ begin: from, end: at === -1 || at > end ? end : at, depth: depth + 1 });
  }
  return parts;
}

function edited(text: string, edits: readonly Edit[]): string {
  const pieces: string[] = [];
  let at = 0;
  for (const edit of [...edits].sort((a, b) => a.begin - b.begin)) {
    pieces.push(text.slice(at, edit.begin), edit.text);
    at = edit.end;
  }
  pieces.push(text.slice(at));
  return pieces.join("");
}
