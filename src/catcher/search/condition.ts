import { mailboxId } from "../reading/mailbox-ids.ts";
import { readDate } from "./date-text.ts";
import { searchableText } from "./searchable-text.ts";
import { readSize } from "./size-text.ts";
import type { TimeZone } from "./time-zone.ts";

/** What a search looks at. Texts are in the form of {@link searchableText}, but for the subject. */
export interface SearchableMail {
  /** When it arrived, in milliseconds since 1970. */
  readonly created: number;
  /** In bytes. */
  readonly size: number;
  readonly read: boolean;
  /** In any case. */
  readonly tags: readonly string[];
  /** Without its angle brackets. */
  readonly messageId: string;
  /** Decoded, as it is. */
  readonly subject: string;
  /** Names and addresses of each address field. */
  readonly addresses: Readonly<Record<AddressField, string>>;
  /** How many attachments and inline parts there are. */
  readonly attachments: number;
  readonly inlines: number;
  /** The ids of its mailboxes. */
  readonly mailboxes: ReadonlySet<string>;
  /** Whether a word without a filter, or several in a row, occurs anywhere in it. */
  contains(words: string): boolean;
}

/** The address fields that can be searched. */
export const addressFields = ["to", "from", "cc", "bcc", "replyTo"] as const;

/** An address field that can be searched. */
export type AddressField = (typeof addressFields)[number];

/** Whether a mail fulfils a term, without its `-` or `!`. */
export type Condition = (mail: SearchableMail) => boolean;

/** A condition, and how much of a mail must be read for it: 0 nothing, 1 its header section, 2 all of it. */
export interface TermCondition {
  readonly cost: 0 | 1 | 2;
  readonly holds: Condition;
}

/**
 * The condition that a term states; `undefined` if it states none.
 *
 * @param negated whether the term must not hold. Bounds of time and size are included either way, as in mailpit.
 */
export function conditionOf(term: string, zone: TimeZone, negated: boolean): TermCondition | undefined {
  const flag = flags.get(term.toLowerCase());
  if (flag !== undefined) return flag;
  const colon = term.indexOf(":");
  const filter = colon === -1 ? undefined : filters.get(term.slice(0, colon).toLowerCase());
  const found = filter === undefined ? "text" : filter(term.slice(colon + 1), zone, negated);
  return found === "text" ? containing(term) : found;
}

/** Reads the value of a filter. `"text"`: the whole term is an ordinary word; `undefined`: it states nothing. */
type Filter = (value: string, zone: TimeZone, negated: boolean) => TermCondition | "text" | undefined;

/** The filters by their names. */
const filters: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ["to", addressed("to")],
  ["from", addressed("from")],
  ["cc", addressed("cc")],
  ["bcc", addressed("bcc")],
  ["reply-to", addressed("replyTo")],
  ["addressed", addressed(...addressFields)],
  ["mailbox", mailbox],
  ["subject", subject],
  ["message-id", filled((wanted) => onHeader((mail) => mail.messageId.toLowerCase().includes(wanted)))],
  ["tag", filled((wanted) => onState((mail) => mail.tags.some((tag) => tag.toLowerCase() === wanted)))],
  ["after", atTime((created, bound, negated) => (negated ? created > bound : created >= bound))],
  ["before", atTime((created, bound, negated) => (negated ? created < bound : created <= bound))],
  ["larger", ofSize((size, bound, negated) => (negated ? size >= bound : size > bound))],
  ["smaller", ofSize((size, bound, negated) => (negated ? size <= bound : size < bound))],
]);

/** The terms that are no words and have no value. */
const flags: ReadonlyMap<string, TermCondition> = new Map([
  ["is:read", onState((mail) => mail.read)],
  ["is:unread", onState((mail) => !mail.read)],
  ["is:tagged", onState((mail) => mail.tags.length > 0)],
  ["has:attachment", onContent((mail) => mail.attachments > 0)],
  ["has:attachments", onContent((mail) => mail.attachments > 0)],
  ["has:inline", onContent((mail) => mail.inlines > 0)],
  ["has:inlines", onContent((mail) => mail.inlines > 0)],
]);

/** Unlike other texts, a subject keeps its marks. */
function subject(value: string): TermCondition | undefined {
  const wanted = value.toLowerCase();
  return wanted === "" ? undefined : onHeader((mail) => mail.subject.toLowerCase().includes(wanted));
}

/** Ours, not mailpit's: who the mail was for by its envelope, a domain, or who sent it by a login. */
function mailbox(value: string): TermCondition | undefined {
  const wanted = mailboxId(value.trim());
  return wanted === "" ? undefined : onState((mail) => mail.mailboxes.has(wanted));
}

function containing(term: string): TermCondition | undefined {
  const wanted = searchableText(term);
  return wanted === "" ? undefined : onContent((mail) => mail.contains(wanted));
}

function addressed(...fields: readonly AddressField[]): Filter {
  return filled((wanted) =>
    onHeader((mail) => fields.some((field) => mail.addresses[field].includes(wanted))),
  );
}

/** A filter that states nothing if its value is empty. */
function filled(condition: (wanted: string) => TermCondition): Filter {
  return (value) => {
    const wanted = searchableText(value);
    return wanted === "" ? undefined : condition(wanted);
  };
}

function atTime(compare: (created: number, bound: number, negated: boolean) => boolean): Filter {
  return (value, zone, negated) => {
    const bound = readDate(value, zone);
    return bound === undefined ? undefined : onState((mail) => compare(mail.created, bound, negated));
  };
}

function ofSize(compare: (size: number, bound: number, negated: boolean) => boolean): Filter {
  return (value, _, negated) => {
    const bound = readSize(searchableText(value));
    return bound === 0 ? "text" : onState((mail) => compare(mail.size, bound, negated));
  };
}

function onState(holds: Condition): TermCondition {
  return { cost: 0, holds };
}

function onHeader(holds: Condition): TermCondition {
  return { cost: 1, holds };
}

function onContent(holds: Condition): TermCondition {
  return { cost: 2, holds };
}
