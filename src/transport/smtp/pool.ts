import { createPool, type Pool } from "generic-pool";
import type { Slot } from "./lane.ts";
import type { PoolConfig } from "./options.ts";
import { closeSession, cutSession, type Session } from "./session.ts";

/**
 * The slots in which connections live. generic-pool counts them, hands them out and evicts the idle ones; it makes
 * only empty ones, which cannot fail. Connecting is the borrower's business, so that its errors reach the caller.
 */
export class SlotPool {
  readonly #pool: Pool<Slot>;
  /** Those that have said goodbye and wait for the answer. */
  readonly #leaving: Set<Session> = new Set();
  #patient = true;

  constructor({ maxSize, idleTimeout }: PoolConfig) {
    const factory = {
      create: async (): Promise<Slot> => ({ session: undefined }),
      destroy: async ({ session }: Slot): Promise<void> => {
        if (session !== undefined) await this.#leave(session);
      },
    };
    this.#pool = createPool(factory, {
      max: maxSize,
      idleTimeoutMillis: idleTimeout,
      // Twice as often as anything can become idle, so that nothing is idle for more than one and a half times as long.
      evictionRunIntervalMillis: Math.min(Math.max(1, Math.ceil(idleTimeout / 2)), LONGEST_TIMER),
      numTestsPerEvictionRun: maxSize,
      autostart: false,
    });
  }

  async acquire(): Promise<Slot> {
    return this.#pool.acquire();
  }

  async release(slot: Slot): Promise<void> {
    await this.#pool.release(slot);
  }

  /** Waits until every slot is back, then says goodbye on each connection. */
  async close(): Promise<void> {
    await this.#pool.drain();
    await this.#pool.clear();
  }

  /** From now on nobody waits for the answer to a goodbye. */
  hurry(): void {
    this.#patient = false;
    for (const session of this.#leaving) cutSession(session);
  }

  async #leave(session: Session): Promise<void> {
    if (!this.#patient) return cutSession(session);
    this.#leaving.add(session);
    await closeSession(session);
    this.#leaving.delete(session);
  }
}

/** Milliseconds; beyond this setTimeout fires at once. */
const LONGEST_TIMER = 2_147_483_647;
