import { performance } from "node:perf_hooks";
import type { Permit } from "./attempt-result.ts";
import { BlockedTenants } from "./blocked-tenants.ts";
import type { ClaimedMail } from "./claimed-mail.ts";
import type { GivenBack } from "./ledger.ts";
import type { Permits } from "./permits.ts";
import { RelayPause } from "./relay-pause.ts";

/** A mail that may go now, with what it uses up. */
export interface Permitted {
  readonly mail: ClaimedMail;
  readonly permits: readonly Permit[];
}

/** How fast a worker may go: by the rates, and by what the relay can do. */
export class Pace {
  /** The pause for a relay that cannot be used. */
  readonly relay: RelayPause = new RelayPause();
  /** The tenants that nothing is claimed of now. */
  readonly blocked: BlockedTenants = new BlockedTenants();
  readonly #permits: Permits;
  /** By the monotonic clock. */
  #notBefore = 0;

  constructor(permits: Permits) {
    this.#permits = permits;
  }

  /** Whether there is any rate. */
  get limited(): boolean {
    return this.#permits.limited;
  }

  /** Milliseconds until a mail may go; 0 if one may go now. */
  rest(): number {
    return Math.max(0, this.#notBefore - performance.now(), this.relay.rest());
  }

  /** Which of some mails may go now, which wait for all the others, and which wait for something of their own. */
  async take(
    worker: string,
    mails: readonly ClaimedMail[],
  ): Promise<{
    readonly granted: readonly Permitted[];
    readonly waiting: readonly ClaimedMail[];
    readonly back: readonly GivenBack[];
  }> {
    if (!this.#permits.limited || mails.length === 0)
      return { granted: mails.map((mail) => ({ mail, permits: [] })), waiting: [], back: [] };
    try {
      const { granted, denied } = await this.#permits.take(worker, mails);
      const waiting = denied.filter(({ by }) => by === "relay");
      if (waiting.length > 0)
        this.#notBefore = performance.now() + Math.min(...waiting.map(({ wait }) => wait));
      const others = denied.filter(({ by }) => by !== "relay");
      for (const { mail, by, wait } of others) if (by === "tenant") this.blocked.block(mail.tenant, wait);
      const back = others.map(({ mail: { id, claim }, by, wait }) => ({
        id,
        claim,
        wait: by === "tenant" ? 0 : wait,
      }));
      return { granted, waiting: waiting.map(({ mail }) => mail), back };
    } catch {
      this.#notBefore = performance.now() + 100;
      return { granted: [], waiting: mails, back: [] };
    }
  }
}
