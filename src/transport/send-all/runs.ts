import { EnvoiError } from "../../errors.ts";
import { Message } from "../../message/message.ts";
import type { MessageFields } from "../../message/message-fields.ts";
import type { SendReport } from "../../protocol/send-report.ts";
import { wholeNumber } from "../../text/options/option-kinds.ts";
import { type OptionReaders, readOptions } from "../../text/options/option-reader.ts";
import { type SendOptions, sendReaders } from "../send-options.ts";
import { ItemSource } from "./item-source.ts";
import { Run } from "./run.ts";
import type { RunMail } from "./run-item.ts";
import type { SendAllItem, SendAllOptions, SendRun, SendSource, TagOf } from "./send-run.ts";

/** Sends one mail of a run; rejects with an EnvoiError. */
export type SendOne = (mail: RunMail, options: SendOptions) => Promise<SendReport>;

/** The runs of a transport: a function that sends one mail is all that `sendAll` needs. */
export class Runs {
  readonly #send: SendOne;
  readonly #concurrency: number;
  readonly #build: (fields: MessageFields) => Message;
  readonly #lull: () => Promise<void> | undefined;
  /** The runs that have begun and not ended. */
  readonly #begun: Set<{ close(): void }> = new Set();
  #closed = false;

  /**
   * @param concurrency how many mails of a run are under way at once, unless the run says otherwise.
   * @param build builds the message of an item that has fields.
   * @param lull returns a promise while no run may take anything more from its source; it resolves when it may.
   */
  constructor(
    send: SendOne,
    concurrency: number,
    build: (fields: MessageFields) => Message = (fields) => Message.create(fields),
    lull: () => Promise<void> | undefined = () => undefined,
  ) {
    this.#send = send;
    this.#concurrency = concurrency;
    this.#build = build;
    this.#lull = lull;
  }

  /** @throws EnvoiError of kind `"configuration"` if the source is not iterable, or an option is not valid. */
  sendAll<Item extends SendAllItem>(
    items: SendSource<Item>,
    options: SendAllOptions = {},
  ): SendRun<TagOf<Item>> {
    const { concurrency = this.#concurrency, signal, ...each } = readOptions(options, runReaders);
    const run: Run<TagOf<Item>> = new Run({
      source: new ItemSource(items),
      build: this.#build,
      send: this.#send,
      concurrency,
      lull: this.#lull,
      signal,
      each,
      begins: () => {
        if (this.#closed) throw closed();
        this.#begun.add(run);
      },
      ended: () => this.#begun.delete(run),
    });
    return run;
  }

  /** Called when the transport closes: runs take nothing more, and each ends when the mails that it took have ended. */
  close(): void {
    this.#closed = true;
    for (const run of this.#begun) run.close();
  }
}

const runReaders: OptionReaders<SendAllOptions> = readersOfRuns();

/** Each mail has an envelope of its own. */
function readersOfRuns(): OptionReaders<SendAllOptions> {
  const { envelope: _, ...ofEach } = sendReaders;
  return { ...ofEach, concurrency: wholeNumber(1) };
}

function closed(): EnvoiError {
  const fields = { kind: "closed", delivery: "not-sent", transient: false, permanent: false } as const;
  return new EnvoiError("sendAll: the transport was closed before the run began", fields);
}
