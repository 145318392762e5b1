import type { Envelope, EnvelopeFields } from "../../address/envelope.ts";
import type { EnvoiError } from "../../errors.ts";
import type { Message } from "../../message/message.ts";
import type { MessageFields } from "../../message/message-fields.ts";
import type { SendReport } from "../../protocol/send-report.ts";
import type { RawContent } from "../mail/raw-mail.ts";
import type { SendOptions } from "../send-options.ts";
import type { SendCounts } from "./tally.ts";

/** A mail of a run with options or a tag. */
export interface SendItem<Tag = unknown> {
  /** The mail. */
  readonly message: Message | MessageFields;
  /** Identifies the outcome: any value, such as the key of a row. The outcome has it unchanged. */
  readonly tag?: Tag | undefined;
  /** Options of this mail; they count over those of the run. */
  readonly options?: SendOptions | undefined;
}

/** A mail of a run as bytes, which are sent as they are. */
export interface SendRawItem<Tag = unknown> {
  /** The sender and the recipients. */
  readonly envelope: Envelope | EnvelopeFields;
  /** The bytes, or a function that opens a stream of them: what `sendRaw` takes. */
  readonly raw: RawContent;
  /** Identifies the outcome: any value, such as the key of a row. The outcome has it unchanged. */
  readonly tag?: Tag | undefined;
  /** Options of this mail; they count over those of the run. */
  readonly options?: SendOptions | undefined;
}

/** An item of the source of a run. */
export type SendAllItem = Message | MessageFields | SendItem | SendRawItem;

/** The source of a run: an array, a generator, rows of a database as they arrive. */
export type SendSource<Item extends SendAllItem> = Iterable<Item> | AsyncIterable<Item>;

/** The type of the tags of a run; `undefined` if its items have none. */
export type TagOf<Item> = Item extends { readonly message: unknown } | { readonly raw: unknown }
  ? Item extends { readonly tag: infer Tag }
    ? Tag
    : Item extends { readonly tag?: infer Tag }
      ? Tag | undefined
      : undefined
  : undefined;

/** The options of a run, and of each of its mails. */
export interface SendAllOptions extends Omit<SendOptions, "envelope"> {
  /**
   * Cancels the run: nothing more is taken, each mail that was taken ends as aborted, then the run throws. To limit the
   * time of the whole run, use `AbortSignal.timeout()`.
   */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds that each mail may take from when it was taken; without limit by default. */
  readonly deadline?: number | undefined;
  /**
   * At most this many mails are taken from the source and not yet reported, each held in memory. By default as many as
   * keep all connections of the transport busy.
   */
  readonly concurrency?: number | undefined;
}

/** The outcome of one mail of a run. */
export type SendOutcome<Tag = unknown> =
  | {
      /** It was sent: `send` would have resolved. */
      readonly ok: true;
      /** Which mail of the source it was, counted from 0. */
      readonly index: number;
      /** The tag of the item. */
      readonly tag: Tag;
      /** What `send` would have resolved with. */
      readonly report: SendReport;
      readonly error?: undefined;
    }
  | {
      /** It was not sent, or not to all, or that is unknown: `send` would have rejected. */
      readonly ok: false;
      /** Which mail of the source it was, counted from 0. */
      readonly index: number;
      /** The tag of the item. */
      readonly tag: Tag;
      /** What `send` would have rejected with; a SendError has a `report`. */
      readonly error: EnvoiError;
      readonly report?: undefined;
    };

/** The outcomes of the mails of a run, counted. */
export interface SendTotals extends SendCounts {
  /** Whether the source has ended; `false` if the run was stopped before. */
  readonly complete: boolean;
}

/**
 * The sending of many mails. It begins when it is awaited, which gives totals, or iterated, which gives the outcome of
 * each mail as soon as it is known; otherwise nothing is sent. It can be iterated once.
 *
 * Mails are taken from the source as they can be sent, so millions of them need no memory. A loop that pauses stops the
 * taking; what has been taken is sent. Once `stop()` is called, the loop left by `break`, or the transport closed,
 * nothing more is taken, and the run ends when every mail taken has its outcome. A source that throws ends the
 * run in the same way, with its error. So a mail that has no outcome was not sent.
 *
 * @example
 * ```ts
 * async function newsletter(transport: Transport, readers: AsyncIterable<{ id: number; email: string }>): Promise<void>
 * {
 *   async function* mails() {
 *     for await (const { id, email } of readers) {
 *       yield { tag: id, message: { from: "news@example.org", to: email, subject: "News", text: "..." } };
 *     }
 *   }
 *   for await (const { ok, tag, error } of transport.sendAll(mails())) {
 *     if (!ok) console.warn(`reader ${tag}: ${error.delivery}: ${error.message}`);
 *   }
 * }
 * ```
 */
export interface SendRun<Tag = unknown> extends AsyncIterable<SendOutcome<Tag>>, PromiseLike<SendTotals> {
  /** The counts so far. */
  readonly totals: SendTotals;
  /**
   * Takes nothing more. What was taken is sent; awaiting the run waits for it. A run that has not begun sends nothing.
   */
  stop(): void;
  /** Awaits the run like `then`, which begins it; `onRejected` gets what it throws. */
  catch<Failed = never>(
    onRejected?: ((error: unknown) => Failed | PromiseLike<Failed>) | null,
  ): Promise<SendTotals | Failed>;
  /** Awaits the run like `then`, which begins it; calls `onFinally` when it has ended, also if it throws. */
  finally(onFinally?: (() => void) | null): Promise<SendTotals>;
  /** Sends, and gives the outcome of each mail as it is known. Iterated once. */
  [Symbol.asyncIterator](): AsyncIterator<SendOutcome<Tag>, undefined>;
}
