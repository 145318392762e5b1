/** Where a key is in a chunk, or that its line must be parsed to see it. */
export interface FoundKey {
  /** Gets the octets of the key, which need no decoding. */
  found(chunk: Buffer, start: number, end: number, line: number): void;
  /** Gets a line in which the key cannot be told without parsing it. */
  unclear(chunk: Buffer, start: number, end: number, line: number): void;
}

/**
 * Finds the value of a column in lines of JSON without parsing them: to parse every line twice would be seen in the
 * speed of a run.
 *
 * A line is clear if it has one opening brace, its first octet, and the name of the column once, in quotes, without an
 * escape sequence that could write a name in another way. If the line is valid, the name is then that of a column of
 * this object: within a string, its second quote would be escaped. The value must be a string without escape
 * sequences, or a number as JavaScript prints it.
 */
export class JsonlKeys {
  readonly #name: Buffer;
  /** What could write the name in another way. */
  readonly #escape: Buffer;

  constructor(column: string) {
    this.#name = Buffer.from(JSON.stringify(column));
    // A slash may be escaped, too.
    this.#escape = Buffer.from(column.includes("/") ? "\\" : "\\u");
  }

  /**
   * Goes over the lines of a chunk.
   *
   * @param first the number of its first line
   * @returns how many lines there are
   */
  scan(chunk: Buffer, first: number, to: FoundKey): number {
    const [names, braces, escapes] = [
      new Finder(chunk, this.#name),
      new Finder(chunk, OPEN),
      new Finder(chunk, this.#escape),
    ];
    let line = first;
    for (let start = 0; start < chunk.length; line++) {
      const lf = chunk.indexOf(LF, start);
      const end = lf < 0 ? chunk.length : lf;
      const name = names.from(start);
      const clear =
        chunk[start] === OPEN &&
        braces.from(start + 1) >= end &&
        escapes.from(start) >= end &&
        name < end &&
        chunk[name - 1] !== BACKSLASH &&
        names.from(name + 1) >= end;
      if (!clear || !value(chunk, name + this.#name.length, end, line, to))
        to.unclear(chunk, start, end, line);
      start = end + 1;
    }
    return line - first;
  }
}

/** Finds the places of something in a chunk, each once, if it is asked for places that only grow. */
class Finder {
  readonly #chunk: Buffer;
  readonly #wanted: Buffer | number;
  #next = -1;

  constructor(chunk: Buffer, wanted: Buffer | number) {
    this.#chunk = chunk;
    this.#wanted = wanted;
  }

  /** The first place at or behind `start`; infinite if there is none. */
  from(start: number): number {
    if (this.#next < start) {
      const at = this.#chunk.indexOf(this.#wanted, start);
      this.#next = at < 0 ? Number.POSITIVE_INFINITY : at;
    }
    return this.#next;
  }
}

/** Tells the value behind a name. Returns whether it is clear. */
function value(chunk: Buffer, from: number, end: number, line: number, to: FoundKey): boolean {
  let at = behindSpace(chunk, from);
  if (chunk[at] !== COLON) return false;
  at = behindSpace(chunk, at + 1);
  const quoted = chunk[at] === QUOTE;
  const start = quoted ? at + 1 : at;
  let stop = start;
  if (quoted) while (stop < end && chunk[stop] !== QUOTE && chunk[stop] !== BACKSLASH) stop++;
  else while (stop < end && isDigit(chunk[stop] as number)) stop++;
  const length = stop - start;
  if (stop >= end || length === 0) return false;
  if (quoted) {
    if (chunk[stop] !== QUOTE) return false;
  } else {
    const last = chunk[behindSpace(chunk, stop)];
    if (length > 15 || chunk[start] === ZERO || (last !== COMMA && last !== CLOSE)) return false;
  }
  to.found(chunk, start, stop, line);
  return true;
}

function behindSpace(chunk: Buffer, from: number): number {
  let at = from;
  while (chunk[at] === SPACE || chunk[at] === TAB) at++;
  return at;
}

function isDigit(octet: number): boolean {
  return octet >= ZERO && octet <= 0x39;
}

const [TAB, LF, SPACE, QUOTE, COMMA, ZERO, COLON, BACKSLASH, OPEN, CLOSE] = [
  0x09, 0x0a, 0x20, 0x22, 0x2c, 0x30, 0x3a, 0x5c, 0x7b, 0x7d,
] as const;
