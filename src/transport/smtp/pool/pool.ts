import { createPool, type Pool } from "generic-pool";
import { LONGEST_TIMER } from "../../../text/options/longest-timer.ts";
import type { Session } from "../session/session.ts";
import type { PoolConfig } from "./pool-config.ts";

/** A place for a connection; empty until something connects in it. */
export interface Slot {
  session: Session | undefined;
}

/**
 * The slots for connections. generic-pool counts them, lends them and evicts idle ones. It creates only empty slots,
 * which cannot fail; the borrower connects, so the errors reach the caller.
 *
 * generic-pool exists, with its timer, only while there are slots.
 */
export class SlotPool {
  readonly #config: PoolConfig;
  #pool: Pool<Slot> | undefined;
  readonly #idle: Set<Slot> = new Set();
  /** Connections that outlived their slots because of `minIdle`; a new slot begins with one of them. */
  #kept: Session[] = [];
  /** Connections that have sent QUIT and wait for the reply. */
  readonly #leaving: Set<Session> = new Set();
  #patient = true;
  #closing = false;

  constructor(config: PoolConfig) {
    this.#config = config;
  }

  /** Connections that are not in use. */
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
   * The timer that evicts idle connections stops while the process is stopped. Nothing waits for the QUIT of such a
   * connection.
   */
  #leaveOverdue(slot: Slot): void {
    const { session } = slot;
    if (session === undefined || session.connection.idle <= this.#config.idleTimeout) return;
    slot.session = undefined;
    if (!session.connection.broken) void this.leave(session);
  }

  /** Returns a slot. If it is empty or `surplus` is set, it is destroyed. */
  async release(slot: Slot, surplus: boolean): Promise<void> {
    const empty = slot.session === undefined || slot.session.connection.broken;
    if (empty || surplus) {
      await this.#pool?.destroy(slot);
    } else {
      this.#idle.add(slot);
      await this.#pool?.release(slot);
    }
  }

  /** Sends QUIT on a connection. */
  async leave(session: Session): Promise<void> {
    if (!this.#patient) {
      session.cut();
      return;
    }
    this.#leaving.add(session);
    await session.close();
    this.#leaving.delete(session);
  }

  /** Waits until every slot was returned, then sends QUIT on each connection. */
  async close(): Promise<void> {
    this.#closing = true;
    const pool = this.#pool;
    await pool?.drain();
    await Promise.all([pool?.clear(), ...this.#kept.map((session) => this.leave(session))]);
  }

  /** From now on does not wait for the reply to QUIT. */
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
      // The connection that was used last is used next, so that surplus ones become idle.
      fifo: false,
      idleTimeoutMillis: idleTimeout,
      // Twice in the time after which a connection is idle, so nothing is idle for more than one and a half times as
      // long.
      evictionRunIntervalMillis: Math.min(Math.max(1, Math.ceil(idleTimeout / 2)), LONGEST_TIMER),
      numTestsPerEvictionRun: maxSize,
      autostart: false,
    });
    return pool;
  }

  /** Handles a slot that was destroyed because it was idle or surplus. */
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
