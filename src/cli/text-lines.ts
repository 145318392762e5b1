import { StringDecoder } from "node:string_decoder";

/**
 * The lines of a text in UTF-8, without their line ends: LF, CRLF or CR. `node:readline` also ends lines at U+2028 and
 * U+2029, which JSON allows within a line.
 */
export async function* textLines(
  source: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
): AsyncGenerator<string> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  for await (const piece of source) {
    rest += typeof piece === "string" ? piece : decoder.write(piece);
    const lines = rest.split(LINE_END);
    rest = lines.pop() ?? "";
    yield* lines;
  }
  rest += decoder.end();
  if (rest !== "") yield rest.replace(/\r$/, "");
}

/** LF may follow a CR at the end of a piece. */
const LINE_END = /\r?\n|\r(?!\n|$)/;
