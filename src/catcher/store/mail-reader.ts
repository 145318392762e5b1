import { firstValue } from "../../mime/reading/head.ts";
import { type MessageParser, octetsHeld, type ParsedMessage } from "../../testing/messages/parsed-message.ts";

/** The bytes of a mail, and the key of what was read from them. */
interface RawMail {
  readonly id: string;
  readonly raw: Buffer;
}

/** Parses mails when they are looked at, and keeps what was looked at last, up to a number of bytes. */
export class MailReader {
  readonly #parse: MessageParser;
  readonly #most: number;
  /** What was used last is last. */
  readonly #kept = new Map<string, { readonly value: ParsedMessage; readonly octets: number }>();
  #octets = 0;

  /** @param most how many bytes of parsed mails are kept */
  constructor(parse: MessageParser, most: number = 64 * 1_048_576) {
    this.#parse = parse;
    this.#most = most;
  }

  /** What the header of a mail says. */
  head(mail: RawMail): ParsedMessage {
    return this.#read(`head ${mail.id}`, () => headOf(mail.raw));
  }

  /** A mail as a mail program shows it. */
  parsed(mail: RawMail): ParsedMessage {
    return this.#read(mail.id, () => mail.raw);
  }

  /** The tags that the field X-Tags of a mail names. */
  tags(mail: RawMail): readonly string[] {
    const named = firstValue(this.head(mail).headers, "x-tags")?.slice(0, LONGEST_TAGS) ?? "";
    return named === "" ? NONE : [...new Set(named.split(",").map(cleanTag))].filter((tag) => tag !== "");
  }

  /** Forgets what was parsed of a mail. */
  forget(mail: RawMail): void {
    this.#drop(mail.id);
    this.#drop(`head ${mail.id}`);
  }

  #read(key: string, octets: () => Buffer): ParsedMessage {
    const known = this.#kept.get(key);
    if (known !== undefined) {
      this.#kept.delete(key);
      this.#kept.set(key, known);
      return known.value;
    }
    const raw = octets();
    const value = this.#parse(raw);
    const held = OBJECT + octetsHeld(value, raw);
    this.#kept.set(key, { value, octets: held });
    this.#octets += held;
    for (const [oldest] of this.#kept) {
      if (this.#octets <= this.#most || oldest === key) break;
      this.#drop(oldest);
    }
    return value;
  }

  #drop(key: string): void {
    this.#octets -= this.#kept.get(key)?.octets ?? 0;
    this.#kept.delete(key);
  }
}

/** A tag has letters, digits, spaces and a few signs, as in mailpit; the others are left out. */
export function cleanTag(tag: string): string {
  return tag
    .replace(/[^\p{L}\p{N} ._@-]/gu, "")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, LONGEST_TAG);
}

/** The header section, with the empty line at its end. */
function headOf(raw: Buffer): Buffer {
  for (let at = raw.indexOf(LF); at !== -1; at = raw.indexOf(LF, at + 1)) {
    const next = raw[at + 1] === CR ? at + 2 : at + 1;
    if (raw[next] === LF) return raw.subarray(0, next + 1);
  }
  return raw;
}

const CR = 0x0d;
const LF = 0x0a;
const LONGEST_TAGS = 2000;
const LONGEST_TAG = 100;
const NONE: readonly string[] = [];
/** What an object needs, approximately, in bytes. */
const OBJECT = 1000;
