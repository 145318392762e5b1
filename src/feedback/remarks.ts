import { addressesIn } from "./original.ts";

/** What the lines of a notice say about an address outside of the paragraph that begins with it. */
export class Remarks {
  readonly #lines: readonly string[];
  readonly #coded: readonly string[];
  /** The numbers of the lines that mention an address, in small letters. */
  readonly #mentions = new Map<string, number[]>();

  constructor(lines: readonly string[]) {
    this.#lines = lines;
    this.#coded = lines.filter((line) => code.test(line));
    for (const [at, line] of lines.entries()) {
      if (!line.includes("@")) continue;
      for (const address of addressesIn(line.toLowerCase())) {
        const known = this.#mentions.get(address);
        if (known === undefined) this.#mentions.set(address, [at]);
        else if (known.at(-1) !== at) known.push(at);
      }
    }
  }

  /** The addresses that are mentioned, in small letters. */
  get addresses(): Iterable<string> {
    return this.#mentions.keys();
  }

  /**
   * The text of a paragraph and, if it has no code, the lines with a code that mention the address; about the only
   * recipient, all lines with a code. If there is nothing, lines with a usual reason, or what follows the address.
   *
   * @param only whether the address is the only recipient
   */
  about(address: string, paragraph: string, only: boolean): string {
    if (code.test(paragraph)) return paragraph;
    const mentions = this.#mentions.get(address.toLowerCase()) ?? [];
    const own = mentions.map((at) => this.#lines[at] ?? "").filter((line) => code.test(line));
    const coded = own.length === 0 && only ? this.#coded : own;
    if (coded.length > 0 || paragraph.trim() !== "") return [paragraph, ...coded].join("\n");
    const words = only ? this.#lines.filter((line) => reason.test(line)).slice(0, 5) : [];
    return words.length > 0 ? words.join("\n") : this.#behind(mentions[0]);
  }

  /** The paragraph behind a line, or its rest. */
  #behind(line: number | undefined): string {
    if (line === undefined) return "";
    let begin = line + 1;
    while (begin < this.#lines.length && this.#lines[begin]?.trim() === "") begin++;
    let end = begin;
    while (end < this.#lines.length && end < begin + 20 && this.#lines[end]?.trim() !== "") end++;
    return this.#lines.slice(begin, end).join("\n");
  }
}

const code: RegExp = /(?<![\d.])[45](?:\d\d[ ,:;-]|\.\d{1,3}\.\d{1,3}(?![\d.]))/;
const reason: RegExp =
  /unknown|no such|not (?:found|exist|listed)|quota|full|disabled|invalid|refused|reject|denied|expired|timed? ?out|too (?:large|big)|spam/i;
