import { firstValue } from "../../mime/reading/head.ts";
import { type MessageParser, octetsHeld, type ParsedMessage } from "../../testing/messages/parsed-message.ts";
import { tagsOf } from "./tags.ts";

/** The bytes of a mail, and the key of what was read from them. */
interface RawMail {
  readonly id: string;
  readonly raw: Buffer;
  readonly envelope: { readonly to: readonly string[] };
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

  /** The tags that a mail brings. */
  tags(mail: RawMail): readonly string[] {
    // Almost no mail brings any, so its header need not be parsed.
    const mayBring = /^x-tags[ \t]*:|\+[^\s@+]*@/im.test(headOf(mail.raw).toString("latin1"));
    if (!mayBring) return tagsOf("", mail.envelope.to);
    const { headers, from, to, cc } = this.head(mail);
    const named = [...to, ...cc, ...(from ? [from] : [])].map(({ address }) => address);
    return tagsOf(firstValue(headers, "x-tags") ?? "", [...named, ...mail.envelope.to]);
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
/** What an object needs, approximately, in bytes. */
const OBJECT = 1000;
