import type { EnvoiError } from "../../errors.ts";
import type { Message } from "../../message/message.ts";
import type { MessageFields } from "../../message/message-fields.ts";
import type { SendReport } from "../../protocol/send-report.ts";
import type { SendOptions } from "../send-options.ts";
import type { SendCounts } from "./tally.ts";

/** A mail of a run with something said of it. */
export interface SendItem<Tag = unknown> {
  /** The mail. */
  readonly message: Message | MessageFields;
  /** Whatever the outcome is to be known by, such as the key of a row; it comes back with the outcome as it is. */
  readonly tag?: Tag | undefined;
  /** What is said of this mail alone; it goes before what was said of the run. */
  readonly options?: SendOptions | undefined;
}

/** What a run takes from its source. */
export type SendAllItem = Message | MessageFields | SendItem;

/** Where a run takes its mails from: an array, a generator, rows of a database as they come. */
export type SendSource<Item extends SendAllItem> = Iterable<Item> | AsyncIterable<Item>;

/** What the items of a run are tagged with; `undefined` where they are not. */
export type TagOf<Item> = Item extends { readonly message: unknown }
  ? Item extends { readonly tag: infer Tag }
    ? Tag
    : Item extends { readonly tag?: infer Tag }
      ? Tag | undefined
      : undefined
  : undefined;

/** What may be said of a run: of itself, and of each of its mails. */
export interface SendAllOptions extends Omit<SendOptions, "envelope"> {
  /**
   * Calls off the run: nothing more is taken, each mail taken ends as an aborted one does, then the run throws. To
   * bound the run as a whole, use `AbortSignal.timeout()`.
   */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds that each mail may take, from when it was taken. Without it a mail of a run may wait for any time. */
  readonly deadline?: number | undefined;
  /**
   * At most this many mails are taken from the source and not yet told of, each held in memory. Without it as many as
   * keep all connections of the transport busy.
   */
  readonly concurrency?: number | undefined;
}

/** What became of one mail of a run. */
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
      /** It was not, or not to all, or nobody knows: `send` would have rejected. */
      readonly ok: false;
      /** Which mail of the source it was, counted from 0. */
      readonly index: number;
      /** The tag of the item. */
      readonly tag: Tag;
      /** What `send` would have rejected with; a SendError has a `report`. */
      readonly error: EnvoiError;
      readonly report?: undefined;
    };

/** What became of the mails of a run, counted. */
export interface SendTotals extends SendCounts {
  /** Whether the source has come to its end; `false` in a run that was stopped before. */
  readonly complete: boolean;
}

/**
 * The sending of many mails. It begins when it is awaited, which gives totals, or iterated, which gives the outcome of
 * each mail as it comes to be known; do neither, and nothing is sent. It is iterated once.
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
  /** What the run has come to so far. */
  readonly totals: SendTotals;
  /**
   * Takes nothing more. What was taken is sent; awaiting the run waits for it. A run that has not begun sends nothing.
   */
  stop(): void;
  /** Awaits the run as `then` does, which begins it; for what is to be done where it throws. */
  catch<Failed = never>(
    onRejected?: ((error: unknown) => Failed | PromiseLike<Failed>) | null,
  ): Promise<SendTotals | Failed>;
  /** Awaits the run as `then` does, which begins it; for what is to be done at its end, whether it throws or not. */
  finally(onFinally?: (() => void) | null): Promise<SendTotals>;
  /** Sends, and gives the outcome of each mail as it is known. Iterated once. */
  [Symbol.asyncIterator](): AsyncIterator<SendOutcome<Tag>, undefined>;
}
