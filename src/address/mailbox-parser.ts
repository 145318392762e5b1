import { Address } from "./address.ts";
import { AddressError } from "./address-error.ts";
import { atomCharacters, atomsBetween } from "./atom.ts";
import { Scanner } from "./scanner.ts";

/** A mailbox as it was read. */
export interface ParsedMailbox {
  readonly name: string | undefined;
  readonly address: Address;
}

/** A group as it was read. */
export interface ParsedGroup {
  readonly name: string;
  readonly members: readonly ParsedMailbox[];
}

/**
 * Reads exactly one mailbox (RFC 5322 3.4): an address, or a name and an address in angle brackets, with comments and
 * white space where the grammar allows them. Of the obsolete syntax it accepts dots in an unquoted name
 * (`John Q. Public <...>`).
 */
export function parseMailbox(text: string): ParsedMailbox {
  const scanner = new Scanner(text, "a mailbox");
  const mailbox = scanMailbox(scanner, scanPhrase(scanner));
  if (scanner.peek() === "") return mailbox;
  if (scanner.peek() === "," || scanner.peek() === ";") {
    throw scanner.error(
      "a string is exactly one mailbox; give several as an array, or use Mailboxes.parse for a list",
    );
  }
  throw unexpected(scanner);
}

/**
 * Reads the most usual form of a mailbox: words or a quoted string, a space, and an address in angle brackets.
 *
 * @returns `undefined` for any other text, whether it is a mailbox or not.
 */
export function parseUsualMailbox(text: string): ParsedMailbox | undefined {
  if (typeof text !== "string" || !text.endsWith(">")) return undefined;
  const end = text.lastIndexOf(" <");
  const name = text.slice(0, Math.max(0, end));
  const quoted = usualQuoted.test(name);
  if (!quoted && !usualWords.test(name)) return undefined;
  try {
    return { name: quoted ? name.slice(1, -1) : name, address: Address.parse(text.slice(end + 2, -1)) };
  } catch {
    // parseMailbox finds what is wrong, and its position in the whole text.
    return undefined;
  }
}

/** Of the non-ASCII characters only Latin letters, all of which are allowed. */
const usualWords: RegExp = new RegExp(`^${atomsBetween(" ", `.\\u00c0-\\u02af${atomCharacters}`)}$`);
const usualQuoted: RegExp = /^"[ !#-[\]-~\u00c0-\u02af]+"$/;

/** Reads exactly one group (RFC 5322 3.4): `name: mailbox, mailbox;`. */
export function parseGroup(text: string): ParsedGroup {
  const scanner = new Scanner(text, "a group");
  const head = scanPhrase(scanner);
  if (!scanner.take(":")) {
    throw scanner.error('a ":" must follow the name of the group, as in "team: a@b.example;"');
  }
  const group = scanGroup(scanner, head, "by a program");
  if (scanner.peek() !== "") throw unexpected(scanner);
  return group;
}

/**
 * Reads mailboxes and groups with commas between them.
 *
 * @param written Who wrote the list. In the list of a program no element may be empty (RFC 5322 3.4). In the list of a
 *   person, elements may be empty, as in the obsolete syntax (4.4), and a semicolon between elements, outside groups,
 *   is accepted as a comma; at least one element must not be empty.
 */
export function parseList(text: string, written: Author): (ParsedMailbox | ParsedGroup)[] {
  const scanner = new Scanner(text, "an address list");
  const list: (ParsedMailbox | ParsedGroup)[] = [];
  do {
    const head = scanPhrase(scanner);
    if (written === "by a person" && isEmpty(scanner, head)) continue;
    list.push(scanner.take(":") ? scanGroup(scanner, head, written) : scanMailbox(scanner, head));
  } while (scanner.take(",") || (written === "by a person" && scanner.take(";")));
  if (scanner.peek() !== "") throw unexpected(scanner);
  if (list.length === 0) throw scanner.error("the address is missing");
  return list;
}

/** Who wrote a list of addresses. */
export type Author = "by a person" | "by a program";

/** Whether an element of a list has nothing but white space and comments. */
function isEmpty(scanner: Scanner, { words }: Phrase): boolean {
  return words === 0 && /^[,;]?$/.test(scanner.peek());
}

/** Words with white space between them: a name, or a local part. */
interface Phrase {
  readonly text: string;
  readonly words: number;
  /** Where the first word begins, and where the last one ends. */
  readonly start: number;
  readonly end: number;
}

function scanPhrase(scanner: Scanner): Phrase {
  scanner.skipSpace();
  const start = scanner.position;
  let [text, words, end, space] = ["", 0, start, false];
  for (;;) {
    const before = scanner.position;
    const word = scanner.peek() === '"' ? scanner.quotedString() : scanner.atoms();
    if (scanner.position === before) return { text, words, start, end };
    text = space ? `${text} ${word}` : text + word;
    words++;
    end = scanner.position;
    space = scanner.skipSpace();
  }
}

/** Reads the members of a group, after its colon. */
function scanGroup(scanner: Scanner, { text: name, words, start }: Phrase, written: Author): ParsedGroup {
  if (words === 0) throw scanner.error("the name of the group is missing", start);
  const members: ParsedMailbox[] = [];
  scanner.skipSpace();
  if (scanner.peek() !== ";") {
    do {
      const head = scanPhrase(scanner);
      if (written === "by a person" && isEmpty(scanner, head)) continue;
      members.push(scanMailbox(scanner, head));
    } while (scanner.take(","));
  }
  if (!scanner.take(";")) {
    throw scanner.peek() === "" ? scanner.error('the group is not closed; add the ";"') : unexpected(scanner);
  }
  scanner.skipSpace();
  return { name, members };
}

/** Reads the rest of a mailbox after the words that it begins with. */
function scanMailbox(scanner: Scanner, { text, words, start, end }: Phrase): ParsedMailbox {
  if (scanner.peek() === "@" && words === 1) {
    return { name: undefined, address: scanDomain(scanner, start, end) };
  }
  if (!scanner.take("<")) throw notAMailbox(scanner, words, start);

  scanner.skipSpace();
  const local = scanner.position;
  if (scanner.peek() === '"') scanner.quotedString();
  else scanner.atoms();
  const localEnd = scanner.position;
  scanner.skipSpace();
  if (scanner.peek() !== "@") {
    throw scanner.error(
      localEnd === local
        ? "the address is missing between < and >"
        : 'an "@" must follow the local part; one with spaces is put in quotes',
    );
  }
  const address = scanDomain(scanner, local, localEnd);
  if (!scanner.take(">")) {
    throw scanner.peek() === ""
      ? scanner.error('the address is not closed; add the ">"')
      : unexpected(scanner);
  }
  scanner.skipSpace();
  return { name: text === "" ? undefined : text, address };
}

/** Reads an @ and the domain after it, and makes the address whose local part is written from `start` to `end`. */
function scanDomain(scanner: Scanner, start: number, end: number): Address {
  const { text } = scanner;
  scanner.take("@");
  scanner.skipSpace();
  const domain = scanner.position;
  if (scanner.peek() === "[") scanner.literal();
  else scanner.atoms();
  const domainEnd = scanner.position;
  scanner.skipSpace();
  try {
    return Address.parse(`${text.slice(start, end)}@${text.slice(domain, domainEnd)}`);
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    const { position = 0 } = error;
    // Comments and white space around the @ are not in what was parsed.
    const offset = position <= end - start ? start : domain - (end - start) - 1;
    throw error.within(text, offset);
  }
}

function notAMailbox(scanner: Scanner, words: number, start: number): AddressError {
  const next = scanner.peek();
  if (next === "@") {
    if (words === 0) return scanner.error('the part before the "@" is missing');
    return scanner.error('several words before the "@"; put a local part with spaces in quotes', start);
  }
  if (next === ":") {
    return scanner.error(
      "a group stands only in a list, and not in another group; read it with Mailboxes.parse or Group.parse",
    );
  }
  if (words === 0) {
    return next === "" || next === "," ? scanner.error("the address is missing") : unexpected(scanner);
  }
  if (next === ",") {
    return scanner.error(
      "no address before the comma; put a name with a comma in quotes, and use Mailboxes.parse for a list",
    );
  }
  return next === "" ? scanner.error('there is no "@"; an address is local@domain') : unexpected(scanner);
}

function unexpected(scanner: Scanner): AddressError {
  const next = scanner.peek();
  if (next === "@") {
    return scanner.error('a second "@"; put the local part in quotes if the first belongs to it');
  }
  if (next === ";") return scanner.error('";" ends a group; between addresses stands a comma');
  if (next === "<") {
    return scanner.error('an address before the "<"; put a name that looks like an address in quotes');
  }
  if (/[\w".\u0080-\uffff]/.test(next)) return scanner.error("text after the address");
  return scanner.error(`"${next}" is not allowed here; put text that has it in quotes`);
}
