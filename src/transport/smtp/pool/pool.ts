import { createPool, type Pool } from "generic-pool";
import { LONGEST_TIMER } from "../../../text/options/longest-timer.ts";
import type { Session } from "../session/session.ts";
import type { PoolConfig } from "./pool-config.ts";

/** Where a connection lives; empty until somebody connects. */
export interface Slot {
  session: Session | undefined;
}

/**
 * The slots in which connections live. generic-pool counts them, hands them out and evicts the idle ones; it makes
 * only empty ones, which cannot fail. Connecting is the borrower's business, so that its errors reach the caller.
 *
 * As long as generic-pool is there, so is its timer. It is made when a slot is wanted, and given up with the last slot.
 */
export class SlotPool {
  readonly #config: PoolConfig;
  #pool: Pool<Slot> | undefined;
  readonly #idle: Set<Slot> = new Set();
  /** Connections that outlived their slots, because some are to be kept; a new slot begins with one of them. */
  #kept: Session[] = [];
  /** Those that have said goodbye and wait for the answer. */
  readonly #leaving: Set<Session> = new Set();
  #patient = true;
  #closing = false;

  constructor(config: PoolConfig) {
    this.#config = config;
  }

  /** Connections that nobody uses. */
  get idle(): number {
    const sessions = [...this.#idle].map(({ session }) => session);
    return [...sessions, ...this.#kept].filter((session) => session?.connection.broken === false).length;
  }

  async acquire(): Promise<Slot> {
    this.#pool ??= this.#open();
    const slot = await this.#pool.acquire();
    this.#idle.delete(slot);
    this.#leaveOverdue(slot);
    while (slot.session === undefined && this.#kept.length > 0) {
      const session = this.#kept.pop();
      if (session?.connection.broken === false) slot.session = session;
    }
    return slot;
  }

  /**
   * The timer that gives up idle connections stands still while the process does; nobody waits for the goodbye of one.
   */
  #leaveOverdue(slot: Slot): void {
    const { session } = slot;
    if (session === undefined || session.connection.idle <= this.#config.idleTimeout) return;
    slot.session = undefined;
    if (!session.connection.broken) void this.leave(session);
  }

  /** Gives a slot back. With nothing in it, or where `surplus` says so, it is given up. */
  async release(slot: Slot, surplus: boolean): Promise<void> {
    const empty = slot.session === undefined || slot.session.connection.broken;
    if (empty || surplus) {
      await this.#pool?.destroy(slot);
    } else {
      this.#idle.add(slot);
      await this.#pool?.release(slot);
    }
  }

  /** Says goodbye on a connection. */
  async leave(session: Session): Promise<void> {
    if (!this.#patient) {
      session.cut();
      return;
    }
    this.#leaving.add(session);
    await session.close();
    this.#leaving.delete(session);
  }

  /** Waits until every slot is back, then says goodbye on each connection. */
  async close(): Promise<void> {
    this.#closing = true;
    const pool = this.#pool;
    await pool?.drain();
    await Promise.all([pool?.clear(), ...this.#kept.map((session) => this.leave(session))]);
  }

  /** From now on nobody waits for the answer to a goodbye. */
  hurry(): void {
    this.#patient = false;
    for (const session of this.#leaving) session.cut();
  }

  #open(): Pool<Slot> {
    const { maxSize, idleTimeout } = this.#config;
    const factory = {
      create: async (): Promise<Slot> => ({ session: undefined }),
      destroy: (slot: Slot): Promise<void> => this.#given(slot, pool),
    };
    const pool = createPool(factory, {
      max: maxSize,
      // The connection used last is used next, so that those which are too many become idle.
      fifo: false,
      idleTimeoutMillis: idleTimeout,
      // Twice as often as anything can become idle, so that nothing is idle for more than one and a half times as long.
      evictionRunIntervalMillis: Math.min(Math.max(1, Math.ceil(idleTimeout / 2)), LONGEST_TIMER),
      numTestsPerEvictionRun: maxSize,
      autostart: false,
    });
    return pool;
  }

  /** A slot has been given up, for being idle or surplus. */
  async #given(slot: Slot, pool: Pool<Slot>): Promise<void> {
    const wasIdle = this.#idle.delete(slot);
    if (!this.#closing && this.#pool === pool && pool.size === 0 && pool.pending === 0) {
      this.#pool = undefined;
      void pool.drain();
    }
    const { session } = slot;
    if (session === undefined) return;
    if (wasIdle && !this.#closing && this.#keeps(session)) this.#kept.push(session);
    else await this.leave(session);
  }

  #keeps(session: Session): boolean {
    this.#kept = this.#kept.filter(({ connection }) => !connection.broken);
    return !session.connection.broken && this.#kept.length < this.#config.minIdle;
  }
}
