import { performance } from "node:perf_hooks";
import type { PostgresPool } from "envoi/outbox";
import type pg from "pg";

/** A pool that measures how long the claims of an outbox take. */
export class ClaimTimes {
  readonly pool: PostgresPool;
  readonly #times: number[] = [];

  constructor(pool: pg.Pool) {
    const measured = new WeakSet<object>();
    const connect = async (): Promise<pg.PoolClient> => {
      const client = await pool.connect();
      if (measured.has(client)) return client;
      measured.add(client);
      const query = client.query.bind(client) as (...values: unknown[]) => unknown;
      client.query = ((...values: unknown[]) => {
        const begin = performance.now();
        const result = query(...values);
        if (/\.claim(?:_behind)?\(/.test(String(values[0])))
          void Promise.resolve(result).then(() => this.#times.push(performance.now() - begin));
        return result;
      }) as typeof client.query;
      return client;
    };
    this.pool = new Proxy(pool, {
      get(target, name) {
        if (name === "connect") return connect;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    }) as unknown as PostgresPool;
  }

  /** The mean of the last third of the claims, in milliseconds. */
  late(): number {
    const late = this.#times.slice(Math.floor((this.#times.length * 2) / 3));
    return late.reduce((sum, time) => sum + time, 0) / late.length;
  }
}
