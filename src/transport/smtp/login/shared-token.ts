/** Why a token is needed. */
export interface TokenRequest {
  /** Aborts when the token is not needed any more, because all sends that wait for it were cancelled. */
  readonly signal: AbortSignal;
  /** Whether the server has just refused the previous token, because it has expired or was revoked. */
  readonly refused: boolean;
}

/** Fetches a token. */
export type TokenFetcher = (request: TokenRequest) => string | Promise<string>;

/**
 * A token that is fetched when it is needed, once for all connections that log in at the same time. The same holds for
 * the replacement of a refused token.
 */
export class SharedToken {
  readonly #fetch: TokenFetcher;
  /** The token that was fetched last. */
  #latest: string | undefined;
  #fetching: Fetching | undefined;

  constructor(fetch: TokenFetcher) {
    this.#fetch = fetch;
  }

  /**
   * Returns a token, if possible a different one than the refused one.
   *
   * @param signal aborts when the caller stops waiting; its promise then stays pending.
   */
  async get(refused: string | undefined, signal: AbortSignal): Promise<string> {
    if (refused !== undefined && this.#latest !== undefined && this.#latest !== refused) return this.#latest;
    let fetching = this.#fetching;
    if (fetching === undefined || fetching.abandoned || (refused !== undefined && !fetching.refused)) {
      fetching = new Fetching(this.#fetch, refused !== undefined);
      this.#fetching = fetching;
    }
    fetching.join(signal);
    try {
      this.#latest = await fetching.token;
      return this.#latest;
    } finally {
      if (this.#fetching === fetching) this.#fetching = undefined;
    }
  }
}

/** One call of the fetching function, and how many wait for it. */
class Fetching {
  readonly refused: boolean;
  readonly token: Promise<string>;
  readonly #controller = new AbortController();
  #waiting = 0;

  constructor(fetch: TokenFetcher, refused: boolean) {
    this.refused = refused;
    const { signal } = this.#controller;
    this.token = (async () => fetch({ signal, refused }))();
    // Nothing may be left to handle the error.
    this.token.catch(() => {});
  }

  /** Whether nothing waits for it any more. */
  get abandoned(): boolean {
    return this.#controller.signal.aborted;
  }

  join(signal: AbortSignal): void {
    this.#waiting++;
    const leave = (): void => {
      this.#waiting--;
      if (this.#waiting === 0) this.#controller.abort(signal.reason);
    };
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave, { once: true });
  }
}
