import { decodeWords } from "../../mime/reading/encoded-words.ts";
import { type ParsedHeader, readFields } from "../../mime/reading/head.ts";
import { type ParsedMailbox, readMailboxes } from "../../testing/messages/reading/mailboxes.ts";
import type { TextDecoding } from "../../text/charsets/web-charset.ts";
import type { AddressField } from "../search/condition.ts";
import { searchableText } from "../search/searchable-text.ts";
import type { MailSource } from "./mail-source.ts";

/** What a list and a search need to know of a mail, from its header section and its envelope. */
export interface HeadFacts {
  /** Without its angle brackets; empty if there is none. */
  readonly messageId: string;
  /** Decoded; empty if there is none. */
  readonly subject: string;
  /** The first author. */
  readonly from: ParsedMailbox;
  readonly to: readonly ParsedMailbox[];
  readonly cc: readonly ParsedMailbox[];
  /** Those of the field, and the recipients of the envelope that the header section does not name. */
  readonly bcc: readonly ParsedMailbox[];
  readonly replyTo: readonly ParsedMailbox[];
  /** The names and addresses as a search compares them. */
  readonly addresses: Readonly<Record<AddressField, string>>;
  /** The address fields, the subject and the Return-Path, as a search for words compares them. */
  readonly words: string;
}

/** Reads the header section of a mail, not its body. What it says is decoded when somebody asks for it. */
export function readHeadFacts(mail: MailSource, decode: TextDecoding): HeadFacts {
  return new Head(readByName(headerFields(mail.raw)), mail.envelope, decode);
}

/** A search by subject looks at many mails, so it must not read the addresses of each. */
class Head implements HeadFacts {
  readonly #fields: ReadonlyMap<string, readonly string[]>;
  readonly #envelope: MailSource["envelope"];
  readonly #decode: TextDecoding;
  #messageId: string | undefined;
  #subject: string | undefined;
  #authors: readonly ParsedMailbox[] | undefined;
  #to: readonly ParsedMailbox[] | undefined;
  #cc: readonly ParsedMailbox[] | undefined;
  #bcc: readonly ParsedMailbox[] | undefined;
  #replyTo: readonly ParsedMailbox[] | undefined;
  #addresses: HeadFacts["addresses"] | undefined;
  #words: string | undefined;

  constructor(
    fields: ReadonlyMap<string, readonly string[]>,
    envelope: MailSource["envelope"],
    decode: TextDecoding,
  ) {
    this.#fields = fields;
    this.#envelope = envelope;
    this.#decode = decode;
  }

  get messageId(): string {
    this.#messageId ??= this.#value("message-id")
      .trim()
      .replace(/^<+|>+$/g, "");
    return this.#messageId;
  }

  get subject(): string {
    this.#subject ??= this.#value("subject");
    return this.#subject;
  }

  get from(): ParsedMailbox {
    const [first] = this.#from;
    return first ?? { name: this.#value("from"), address: "" };
  }

  get #from(): readonly ParsedMailbox[] {
    this.#authors ??= this.#mailboxes("from");
    return this.#authors;
  }

  get to(): readonly ParsedMailbox[] {
    this.#to ??= this.#mailboxes("to");
    return this.#to;
  }

  get cc(): readonly ParsedMailbox[] {
    this.#cc ??= this.#mailboxes("cc");
    return this.#cc;
  }

  get bcc(): readonly ParsedMailbox[] {
    if (this.#bcc === undefined) {
      const named = this.#mailboxes("bcc");
      this.#bcc = [...named, ...unnamed(this.#envelope.to, [...this.to, ...this.cc, ...named])];
    }
    return this.#bcc;
  }

  get replyTo(): readonly ParsedMailbox[] {
    this.#replyTo ??= this.#mailboxes("reply-to");
    return this.#replyTo;
  }

  get addresses(): HeadFacts["addresses"] {
    this.#addresses ??= {
      from: searchableMailboxes(this.#from),
      to: searchableMailboxes(this.to),
      cc: searchableMailboxes(this.cc),
      bcc: searchableMailboxes(this.bcc),
      replyTo: searchableMailboxes(this.replyTo),
    };
    return this.#addresses;
  }

  get words(): string {
    this.#words ??= searchableText(
      [
        ...searchedFields.map((name) => this.#value(name)),
        ...this.bcc.map(({ address }) => address),
        this.#envelope.from,
      ].join(" "),
    );
    return this.#words;
  }

  #value(name: string): string {
    return decodeWords(this.#fields.get(name)?.[0] ?? "", this.#decode);
  }

  #mailboxes(name: string): ParsedMailbox[] {
    const found: ParsedMailbox[] = [];
    for (const field of this.#fields.get(name) ?? [])
      for (const each of readMailboxes(field, MOST_MAILBOXES - found.length, this.#decode)) found.push(each);
    return found;
  }
}

/** The values of the fields that are read, by their names in lower case. */
function readByName(fields: readonly ParsedHeader[]): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  for (const { name, value } of fields) {
    const key = name.toLowerCase();
    if (!readFieldNames.has(key)) continue;
    const known = values.get(key);
    if (known === undefined) values.set(key, [value]);
    else known.push(value);
  }
  return values;
}

/** The fields that a search for words looks at. */
const searchedFields = ["from", "subject", "to", "cc", "bcc", "reply-to"];

const readFieldNames: ReadonlySet<string> = new Set([...searchedFields, "message-id"]);

/** The fields of the header section of a mail. */
export function headerFields(raw: Buffer): readonly ParsedHeader[] {
  return readFields(raw.subarray(0, headEnd(raw)), { octets: MOST_OCTETS, fields: MOST_FIELDS }).fields;
}

/** What follows the header section of a mail, and the empty line that ends it. */
export function bodyOctets(raw: Buffer): Buffer {
  const end = headEnd(raw);
  return raw.subarray(raw[end] === CR ? end + 2 : end + 1);
}

/** The place of the empty line that ends the header section, or the end of the mail. */
function headEnd(raw: Buffer): number {
  for (let at = 0; at < raw.length; ) {
    if (raw[at] === LF || (raw[at] === CR && raw[at + 1] === LF)) return at;
    const end = raw.indexOf(LF, at);
    if (end === -1) break;
    at = end + 1;
  }
  return raw.length;
}

/** The recipients that no mailbox names. */
function unnamed(recipients: readonly string[], mailboxes: readonly ParsedMailbox[]): ParsedMailbox[] {
  const known = new Set(mailboxes.map(({ address }) => address.toLowerCase()));
  return recipients
    .filter((address) => !known.has(address.toLowerCase()))
    .slice(0, MOST_MAILBOXES)
    .map((address) => ({ name: "", address }));
}

function searchableMailboxes(mailboxes: readonly ParsedMailbox[]): string {
  return mailboxes.map(({ name, address }) => searchableText(`${name} ${address}`)).join("\n");
}

const LF = 0x0a;
const CR = 0x0d;

/** How many mailboxes of a field are read, and how much of the header section. */
const MOST_MAILBOXES = 10_000;
const MOST_OCTETS = 1_048_576;
const MOST_FIELDS = 10_000;
