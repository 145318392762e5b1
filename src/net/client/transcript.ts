import { commandLines } from "../../protocol/masking/command-mask.ts";
import { MASK } from "../../protocol/masking/secret-mask.ts";
import type { Phase } from "../../protocol/phase.ts";
import type { Reply } from "../../protocol/reply.ts";

/**
 * The last that was said on a connection, for the errors that come of it. What authenticates is masked in both
 * directions, from AUTH to its final reply; content is counted.
 *
 * It is kept on every connection, so keeping it costs next to nothing: what was said is held as it is, and made into
 * lines when they are asked for.
 */
export class Transcript {
  readonly #entries: (Entry | undefined)[] = new Array<Entry | undefined>(KEPT).fill(undefined);
  /** How many there were in all. */
  #count = 0;

  /** Something happened. */
  noted(what: string): void {
    this.#keep({ note: what });
  }

  /** Commands were said. */
  said(commands: string, phase: Phase): void {
    if (phase === "auth") this.#keep({ lines: commandLines(commands, true).map(client) });
    else this.#keep(commands.length <= LONG ? commands : { lines: lastLines(commandLines(commands, false)) });
  }

  /** So many octets of content went out. */
  content(octets: number): void {
    const last = (this.#count + KEPT - 1) % KEPT;
    const before = this.#entries[last];
    if (typeof before === "number") this.#entries[last] = before + octets;
    else this.#keep(octets);
  }

  heard(reply: Reply, phase: Phase): void {
    const { lines } = reply;
    const short = phase !== "auth" && lines.length === 1 && (lines[0] as string).length <= LONG;
    this.#keep(short ? reply : { lines: replyLines(reply, phase === "auth") });
  }

  /** `C: ` before what the client said, `S: ` before the replies, `-- ` before what happened. */
  lines(): readonly string[] {
    const lines: string[] = [];
    for (let at = Math.max(0, this.#count - KEPT); at < this.#count; at++) {
      for (const line of linesOf(this.#entries[at % KEPT] as Entry)) lines.push(line);
    }
    return lines.slice(-MOST_LINES);
  }

  #keep(entry: Entry): void {
    this.#entries[this.#count++ % KEPT] = entry;
  }
}

/**
 * Commands, a reply, octets of content; a note; or lines made at once, where what they are made of is not to be held.
 */
type Entry = string | number | Reply | { readonly note: string } | { readonly lines: readonly string[] };

/** So many entries are kept, and so many lines told at most. */
const KEPT = 32;
const MOST_LINES = 40;

/** Of what is longer only the lines are kept that can be told, and of a line so many characters. */
const LONG = 400;

function linesOf(entry: Entry): readonly string[] {
  if (typeof entry === "number") return [`-- ${entry} octets of content`];
  if (typeof entry === "string") return commandLines(entry, false).map(client);
  if ("note" in entry) return [`-- ${entry.note}`];
  return "code" in entry ? replyLines(entry, false) : entry.lines;
}

function client(line: string): string {
  return cut(`C: ${line}`);
}

function lastLines(lines: readonly string[]): string[] {
  return lines.slice(-MOST_LINES).map(client);
}

function replyLines({ code, enhancedCode, lines }: Reply, masked: boolean): string[] {
  const codes = (end: boolean) => `S: ${code}${end ? " " : "-"}${enhancedCode ? `${enhancedCode} ` : ""}`;
  if (masked) return [codes(true) + MASK];
  const told = lines.slice(-MOST_LINES);
  return told.map((line, index) => cut(codes(index === told.length - 1) + line));
}

/** A copy: a slice would hold on to the whole of what it is cut from. */
function cut(line: string): string {
  return line.length <= LONG ? line : `${Buffer.from(line.slice(0, LONG)).toString()}...`;
}
