import { EnvoiError } from "../../errors.ts";
import type { Message } from "../../message/message.ts";
import type { SendReport } from "../../protocol/send-report.ts";
import { checkOptionNames, sendOptionNames } from "../option-names.ts";
import { checkCount } from "../option-values.ts";
import { checkSendOptions } from "../send-options.ts";
import { checkSignal } from "../signal.ts";
import type { SendOptions } from "../transport.ts";
import { ItemSource } from "./item-source.ts";
import { Run } from "./run.ts";
import type { SendAllItem, SendAllOptions, SendRun, SendSource, TagOf } from "./send-run.ts";

/** Sends one mail of a run; rejects with an EnvoiError. */
export type SendOne = (message: Message, options: SendOptions) => Promise<SendReport>;

/** The runs of a transport, all that its `sendAll` needs: whatever sends one mail can send many. */
export class Runs {
  readonly #send: SendOne;
  readonly #concurrency: number;
  readonly #lull: () => Promise<void> | undefined;
  /** Those that have begun and not ended. */
  readonly #begun: Set<{ close(): void }> = new Set();
  #closed = false;

  /**
   * @param concurrency mails of a run that are under way at once, if the run itself says nothing of it
   * @param lull there while no run should take anything more from its source; resolves when it may
   */
  constructor(send: SendOne, concurrency: number, lull: () => Promise<void> | undefined = () => undefined) {
    this.#send = send;
    this.#concurrency = concurrency;
    this.#lull = lull;
  }

  /** @throws EnvoiError of kind `"configuration"` where the source or an option is none. */
  sendAll<Item extends SendAllItem>(
    items: SendSource<Item>,
    options: SendAllOptions = {},
  ): SendRun<TagOf<Item>> {
    checkOptionNames("sendAll", options, runOptionNames);
    const { concurrency = this.#concurrency, signal, ...each } = options;
    checkSignal("sendAll", signal);
    checkCount("sendAll: concurrency", concurrency, 1);
    checkSendOptions("sendAll", each);
    const run: Run<TagOf<Item>> = new Run({
      source: new ItemSource(items),
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

  /** To be called as the transport closes: no run takes anything more, and each ends when what it took has ended. */
  close(): void {
    this.#closed = true;
    for (const run of this.#begun) run.close();
  }
}

const runOptionNames: readonly (keyof SendAllOptions)[] = [
  "concurrency",
  ...sendOptionNames.filter((name) => name !== "envelope"),
];

function closed(): EnvoiError {
  const fields = { kind: "closed", delivery: "not-sent", transient: false, permanent: false } as const;
  return new EnvoiError("sendAll: the transport was closed before the run began", fields);
}
