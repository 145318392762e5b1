import { decodeWords } from "../../mime/reading/encoded-words.ts";
import { type ParsedHeader, readFields } from "../../mime/reading/head.ts";
import { type ParsedMailbox, readMailboxes } from "../../testing/messages/reading/mailboxes.ts";
import type { TextDecoding } from "../../text/charsets/web-charset.ts";
import { type AddressField, addressFields } from "../search/condition.ts";
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

/** Reads the header section of a mail, not its body. */
export function readHeadFacts(mail: MailSource, decode: TextDecoding): HeadFacts {
  const fields = byName(headerFields(mail.raw));
  const value = (name: string): string => decodeWords(fields.get(name)?.[0] ?? "", decode);
  const mailboxes = (name: string): ParsedMailbox[] => {
    const found: ParsedMailbox[] = [];
    for (const field of fields.get(name) ?? [])
      for (const each of readMailboxes(field, MOST_MAILBOXES - found.length, decode)) found.push(each);
    return found;
  };
  const authors = mailboxes("from");
  const to = mailboxes("to");
  const cc = mailboxes("cc");
  const named = mailboxes("bcc");
  const bcc = [...named, ...unnamed(mail.envelope.to, [...to, ...cc, ...named])];
  const replyTo = mailboxes("reply-to");
  const lists = { from: authors, to, cc, bcc, replyTo };
  const written = ["from", "subject", "to", "cc", "bcc", "reply-to"].map(value);
  return {
    messageId: value("message-id")
      .trim()
      .replace(/^<+|>+$/g, ""),
    subject: value("subject"),
    from: authors[0] ?? { name: value("from"), address: "" },
    to,
    cc,
    bcc,
    replyTo,
    addresses: Object.fromEntries(
      addressFields.map((field) => [field, lists[field].map(searchableMailbox).join("\n")]),
    ) as Record<AddressField, string>,
    words: searchableText([...written, ...bcc.map(({ address }) => address), mail.envelope.from].join(" ")),
  };
}

/** The values of fields by their names in lower case. */
function byName(fields: readonly ParsedHeader[]): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  for (const { name, value } of fields) {
    const key = name.toLowerCase();
    const known = values.get(key);
    if (known === undefined) values.set(key, [value]);
    else known.push(value);
  }
  return values;
}

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

function searchableMailbox({ name, address }: ParsedMailbox): string {
  return searchableText(`${name} ${address}`);
}

const LF = 0x0a;
const CR = 0x0d;

/** How many mailboxes of a field are read, and how much of the header section. */
const MOST_MAILBOXES = 10_000;
const MOST_OCTETS = 1_048_576;
const MOST_FIELDS = 10_000;
