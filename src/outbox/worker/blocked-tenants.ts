import { performance } from "node:perf_hooks";

/** The tenants that have no permit now, and until when. */
export class BlockedTenants {
  /** By the monotonic clock. */
  readonly #until = new Map<string, number>();

  /** Blocks a tenant for some milliseconds, or for less if it is blocked for less. */
  block(tenant: string, wait: number): void {
    const until = this.#until.get(tenant) ?? Number.POSITIVE_INFINITY;
    this.#until.set(tenant, Math.min(until, performance.now() + wait));
  }

  /** Those that are blocked. */
  get names(): readonly string[] {
    const now = performance.now();
    for (const [tenant, until] of this.#until) if (until <= now) this.#until.delete(tenant);
    return [...this.#until.keys()];
  }

  /** Milliseconds until the first of them is free; infinite if there is none. */
  get soonest(): number {
    return Math.min(...this.#until.values()) - performance.now();
  }
}
