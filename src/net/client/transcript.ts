import { commandLines } from "../../protocol/masking/dialogue-mask.ts";
import { MASK } from "../../protocol/masking/known-secrets.ts";
import type { Phase } from "../../protocol/phase.ts";
import type { Reply } from "../../protocol/reply.ts";

/**
 * Keeps the last lines of a connection, for its errors. What authenticates is masked in both directions, from AUTH to
 * its final reply. Content is only counted.
 *
 * Every connection has one, so it must cost almost nothing: it keeps what was sent and received as it is, and makes
 * lines of it when they are asked for.
 */
export class Transcript {
  readonly #entries: (Entry | undefined)[] = new Array<Entry | undefined>(KEPT).fill(undefined);
  /** How many entries there were in total. */
  #count = 0;

  /** Notes an event that is neither a command nor a reply. */
  noted(what: string): void {
    this.#keep({ note: what });
  }

  /** Keeps commands that were sent. */
  said(commands: string, phase: Phase): void {
    if (phase === "auth") this.#keep({ lines: commandLines(commands, true).map(client) });
    else this.#keep(commands.length <= LONG ? commands : { lines: lastLines(commandLines(commands, false)) });
  }

  /** Counts octets of content that were sent. */
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

  /** The lines: `C: ` for commands, `S: ` for replies, `-- ` for events. */
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

/** Commands, a reply, a number of octets, a note, or lines, if what they are made of must not be kept. */
type Entry = string | number | Reply | { readonly note: string } | { readonly lines: readonly string[] };

/** The most entries that are kept, and the most lines that are returned. */
const KEPT = 32;
const MOST_LINES = 40;

/** Of longer commands and replies only the last lines are kept, and of each line this many characters. */
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

/** Copies the text: a slice would keep the whole of what it is cut from. */
function cut(line: string): string {
  return line.length <= LONG ? line : `${Buffer.from(line.slice(0, LONG)).toString()}...`;
}
