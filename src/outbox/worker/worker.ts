/** Options of `work`. */
export interface WorkOptions {
  /** At most this many mails are handed to the transport at once; 32 by default. */
  readonly concurrency?: number | undefined;
  /** When it aborts, the worker stops as by `stop()`. */
  readonly signal?: AbortSignal | undefined;
}

/** A worker that sends mails, until it is stopped. */
export interface Worker extends AsyncDisposable {
  /** Its id, in the history of mails and in `status`. */
  readonly id: string;
  /** Resolves when it has stopped. */
  readonly done: Promise<void>;
  /** Takes nothing more, and resolves when everything that was handed to the transport has its outcome. */
  stop(): Promise<void>;
}
