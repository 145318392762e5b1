import { type MailboxInput, toMailbox } from "../../address/mailbox.ts";
import { type DeliverBy, formatDeliverBy } from "../../protocol/parameters/deliver-by.ts";
import { formatMailParameters } from "../../protocol/parameters/parameters.ts";
import { flag, listOf, oneOf, wholeNumber } from "../../text/options/option-kinds.ts";
import { type OptionReaders, readOptions, wrongOption } from "../../text/options/option-reader.ts";
import type { DsnOptions } from "./dsn-options.ts";
import type { ParameterOptions } from "./parameter-options.ts";

/** The options of a mail that use extensions of SMTP. */
export interface RequestOptions {
  /** Which notifications the sender gets (RFC 3461). */
  readonly dsn?: DsnOptions | undefined;
  /**
   * The mail is sent only over verified TLS, from here to each mailbox, or comes back (RFC 8689). If this connection
   * has no verified TLS, or the server does not offer the extension, the mail is not sent. It has priority over a field
   * `TLS-Required: No`.
   */
  readonly requireTls?: boolean | undefined;
  /**
   * Within how many seconds the mail must be delivered, and what happens otherwise: it comes back, `"R"`, or the delay
   * is reported, `"N"` (RFC 2852).
   */
  readonly deliverBy?: DeliverBy | undefined;
  /** How long, or until when, the server must keep the mail before it delivers it (RFC 4865). */
  readonly hold?: HoldOptions | undefined;
  /** The priority of the mail on the servers on its way, -9 to 9; 0 is usual (RFC 6710). */
  readonly mtPriority?: number | undefined;
  /** The submitter of the mail, for a server that trusts this client; `null` if it is not known (RFC 4954 5). */
  readonly submitter?: MailboxInput | null | undefined;
  /** Other parameters of MAIL. */
  readonly parameters?: ParameterOptions | undefined;
  /** Other parameters of RCPT, by the address of the recipient. */
  readonly recipientParameters?: Readonly<Record<string, ParameterOptions>> | undefined;
  /**
   * The options that are left out if the server does not offer their extension; otherwise the mail is not sent then.
   * Only options without which the mail means the same: `requireTls`, `hold`, and `deliverBy` in mode `"R"` are never
   * left out.
   */
  readonly ifOffered?: readonly DispensableOption[] | undefined;
}

/** An option without which a mail means the same. */
export type DispensableOption = "dsn" | "deliverBy" | "mtPriority" | "submitter";

/** How long the server holds the mail: one of the two. */
export interface HoldOptions {
  /** Counted from when the server has accepted the mail; 1 to 999,999,999. */
  readonly seconds?: number | undefined;
  /** In whole seconds. */
  readonly until?: Date | undefined;
}

/** The reader of each of these options. */
export const requestReaders: OptionReaders<RequestOptions> = {
  dsn: unread,
  requireTls: flag,
  deliverBy,
  hold,
  mtPriority: wholeNumber(-9, 9),
  submitter: (value, field) => (value === null ? null : toMailbox(value as MailboxInput, field)),
  parameters: unread,
  recipientParameters: unread,
  ifOffered: listOf(oneOf(["dsn", "deliverBy", "mtPriority", "submitter"])),
};

/** The names of the options that use extensions. */
export const requestOptionNames = Object.keys(requestReaders) as readonly (keyof RequestOptions)[];

/** Read by `readRequests`, when the envelope is known. */
function unread<T>(value: unknown): T {
  return value as T;
}

function deliverBy(value: unknown, field: string): DeliverBy {
  const readers: OptionReaders<DeliverBy> = {
    seconds: wholeNumber(-999_999_999, 999_999_999),
    mode: oneOf(["R", "N"]),
    trace: oneOf([true]),
  };
  const read = readOptions(value as DeliverBy, readers, field);
  if (formatDeliverBy(read) !== undefined) return read;
  throw wrongOption(
    field,
    '{ seconds, mode: "R" or "N", trace?: true }, with seconds above 0 for "R"',
    value,
  );
}

function hold(value: unknown, field: string): HoldOptions {
  const read = readOptions(value as HoldOptions, holdReaders, field);
  if (Object.keys(read).length !== 1) throw wrongOption(field, "either seconds or until", value);
  return read;
}

const holdReaders: OptionReaders<HoldOptions> = {
  seconds: wholeNumber(1, 999_999_999),
  until(value, field) {
    // A copy, because dates can be changed.
    const date = value instanceof Date ? new Date(value) : undefined;
    try {
      if (date !== undefined && formatMailParameters({ HOLDUNTIL: date }) !== undefined) return date;
    } catch {
      // The error is thrown below.
    }
    throw wrongOption(field, "a Date in whole seconds", value);
  },
};
