/** Why a token is wanted. */
export interface TokenRequest {
  /** Aborts when nobody waits for the token any more: all sends that need it are cancelled. */
  readonly signal: AbortSignal;
  /** The server has just refused the token given before: it has expired or been revoked. */
  readonly refused: boolean;
}

/** What fetches a token. */
export type TokenFetcher = (request: TokenRequest) => string | Promise<string>;

/**
 * A token that is fetched when it is needed, once for all the connections that log in at the same time; so is the one
 * that takes the place of a token that was refused.
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
   * A token, and another than the one that was refused, if it can be had.
   *
   * @param signal The caller waits no longer; it is not told so here.
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

/** One call of what fetches tokens, and how many wait for it. */
class Fetching {
  readonly refused: boolean;
  readonly token: Promise<string>;
  readonly #controller = new AbortController();
  #waiting = 0;

  constructor(fetch: TokenFetcher, refused: boolean) {
    this.refused = refused;
    const { signal } = this.#controller;
    this.token = (async () => fetch({ signal, refused }))();
    // Nobody may be left to hear of it.
    this.token.catch(() => {});
  }

  /** Everybody who waited has gone. */
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
