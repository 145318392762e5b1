import type { Database } from "../database/database.ts";
import type { Schema } from "../schema/schema.ts";

/**
 * Hears that mails were enqueued. A LISTEN may arrive nowhere, behind pgbouncer in transaction mode; so it is tried
 * with a notification of its own, and if that does not come the worker looks more often.
 */
export class Waker {
  readonly #database: Database;
  readonly #schema: Schema;
  readonly #wake: () => void;
  #stop: (() => Promise<void>) | undefined;
  /** Whether it listens, or tries to. */
  #begun = false;
  #ended = false;
  #listening: boolean | undefined;
  #echo: (() => void) | undefined;
  #lost: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(database: Database, schema: Schema, wake: () => void) {
    this.#database = database;
    this.#schema = schema;
    this.#wake = wake;
  }

  /** Milliseconds after which a worker looks by itself. */
  get interval(): number {
    return this.#listening === true ? 1000 : 250;
  }

  /** Whether a notification has arrived; `undefined` while that is being tried. */
  get listening(): boolean | undefined {
    return this.#listening;
  }

  /** Listens, and tries whether that works. Calling it again does nothing while it listens or tries. */
  async begin(token: string): Promise<void> {
    if (this.#begun || this.#ended) return;
    this.#begun = true;
    try {
      await this.#try(`hello ${token}`);
    } catch (error) {
      await this.#close();
      throw error;
    }
  }

  async #try(echo: string): Promise<void> {
    const stop = await this.#database.listen(this.#schema.channel, {
      onNotification: (payload) => {
        if (payload === echo) this.#echo?.();
        else if (!payload.startsWith("hello ")) this.#wake();
      },
      onEnd: () => {
        this.#stop = undefined;
        this.#lost?.();
        if (this.#listening !== true) return;
        // It worked, so it is worth trying again.
        this.#listening = undefined;
        this.#begun = false;
      },
    });
    if (this.#ended) return stop();
    this.#stop = stop;
    const arrived = new Promise<boolean | undefined>((resolve) => {
      this.#echo = () => resolve(true);
      this.#lost = () => resolve(undefined);
      this.#timer = setTimeout(() => resolve(false), patience);
      this.#timer.unref();
    });
    await this.#database.query(`select pg_notify('${this.#schema.channel}', $1::text)`, [echo]);
    this.#listening = await arrived;
    clearTimeout(this.#timer);
    if (this.#listening !== true) await this.#close();
  }

  /** Stops. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#close();
  }

  async #close(): Promise<void> {
    clearTimeout(this.#timer);
    const stop = this.#stop;
    this.#stop = undefined;
    this.#begun = false;
    await stop?.().catch(() => {});
  }
}

/** Milliseconds within which the notification must come. */
const patience = 5000;
