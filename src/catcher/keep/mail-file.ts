import { group, listOf, oneOf, wholeNumber } from "../../text/options/option-kinds.ts";
import { type OptionReaders, readOptions, wrongOption } from "../../text/options/option-reader.ts";
import { isMailId } from "../store/mail-id.ts";
import type { MailClient, MailEnvelope, MailFacts, StoredMail } from "../store/stored-mail.ts";

/** What is kept beside the bytes of a mail, as JSON. */
interface MailRecord {
  /** The version of the format. */
  readonly envoi: 1;
  readonly receivedAt: string;
  /** The size of the mail in bytes: a file of another size is not whole. */
  readonly size: number;
  readonly envelope: MailEnvelope;
  readonly client?: MailClient;
  readonly tags?: readonly string[];
  readonly isRead?: boolean;
}

/** The name of the files of a mail, without the ending: its time and its id, nothing from the mail. */
export function fileNameOf({ receivedAt, id }: Pick<StoredMail, "receivedAt" | "id">): string {
  return `${receivedAt.toISOString().replace(/[-:.]/g, "")}-${id}`;
}

/** The id in the name of a file, if a catcher has made the file. */
export function idInFileName(name: string): string | undefined {
  const [, id] = /^\d{8}T\d{9}Z-(\w{25})\.(?:eml|json)$/.exec(name) ?? [];
  return id !== undefined && isMailId(id) ? id : undefined;
}

/** What is kept beside the bytes. */
export function recordOf({ receivedAt, size, envelope, client, ownTags, isRead }: StoredMail): string {
  const record: MailRecord = {
    envoi: 1,
    receivedAt: receivedAt.toISOString(),
    size,
    envelope,
    ...(client && { client }),
    ...(ownTags && { tags: ownTags }),
    ...(isRead && { isRead }),
  };
  return `${JSON.stringify(record, undefined, 2)}\n`;
}

/** The mail of two files; `undefined` if they are not what a catcher wrote. */
export function mailIn(id: string, raw: Buffer, json: string): MailFacts | undefined {
  try {
    const record = readOptions(JSON.parse(json), readers, "record", [
      "envoi",
      "receivedAt",
      "size",
      "envelope",
    ]);
    const { receivedAt, size, envelope, client, tags, isRead } = record;
    if (size !== raw.length) return undefined;
    return { id, raw, receivedAt: new Date(receivedAt), envelope, client, tags, isRead };
  } catch {
    return undefined;
  }
}

const envelope: OptionReaders<MailEnvelope> = { from: anyText, to: listOf(anyText) };
const client: OptionReaders<MailClient> = { address: anyText, hello: anyText, user: anyText, tls: anyText };

const readers: OptionReaders<MailRecord> = {
  envoi: oneOf([1]),
  receivedAt: readTime,
  size: wholeNumber(0),
  envelope: group(envelope, ["from", "to"]),
  client: group(client, ["address"]),
  tags: listOf(anyText),
  isRead: oneOf([true, false]),
};

function anyText(value: unknown, field: string): string {
  if (typeof value === "string") return value;
  throw wrongOption(field, "a string", value);
}

function readTime(value: unknown, field: string): string {
  const time = anyText(value, field);
  if (Number.isNaN(Date.parse(time))) throw wrongOption(field, "a time", value);
  return time;
}
