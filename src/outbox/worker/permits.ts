import type { Database } from "../database/database.ts";
import type { OutboxRate, OutboxRates } from "../options.ts";
import type { Schema } from "../schema/schema.ts";
import type { Permit } from "./attempt-result.ts";
import type { ClaimedMail } from "./claimed-mail.ts";

/** What the rates say of mails: which may go, with their permits, and which must wait, and why. */
export interface Permission {
  readonly granted: readonly { readonly mail: ClaimedMail; readonly permits: readonly Permit[] }[];
  readonly denied: readonly { readonly mail: ClaimedMail; readonly by: Limit; readonly wait: number }[];
}

/** The rate that a mail waits for. */
export type Limit = "relay" | "tenant" | "domain";

/**
 * The rates, over all workers. A rate of 50 messages is 50 permits, which are rows. A worker takes one before it hands
 * a mail over, and gives it back when the mail has ended; it is free an interval after that. So no window of an
 * interval has more mails than there are permits, whatever the clocks of the workers say.
 */
export class Permits {
  readonly #database: Database;
  readonly #schema: string;
  readonly #rates: OutboxRates;
  readonly #timeout: number;
  /** The rates whose rows are there. */
  readonly #made = new Set<string>();

  constructor(database: Database, schema: Schema, rates: OutboxRates, timeout: number) {
    this.#database = database;
    this.#schema = schema.quoted;
    this.#rates = rates;
    this.#timeout = timeout;
  }

  /** Whether there is any rate. */
  get limited(): boolean {
    const { relay, tenant, domain = {} } = this.#rates;
    return relay !== undefined || tenant !== undefined || Object.keys(domain).length > 0;
  }

  /** Takes permits for mails, in their order. */
  async take(worker: string, mails: readonly ClaimedMail[]): Promise<Permission> {
    const needs = mails.map((mail) => ({ mail, limits: this.#limitsOf(mail) }));
    const wanted = new Map<string, { rate: OutboxRate; count: number }>();
    for (const { name, rate } of needs.flatMap(({ limits }) => limits))
      wanted.set(name, { rate, count: (wanted.get(name)?.count ?? 0) + 1 });
    if (wanted.size === 0) return { granted: mails.map((mail) => ({ mail, permits: [] })), denied: [] };
    await this.#make(wanted);
    const { taken, waits } = await this.#takeRows(worker, wanted);
    const granted: Permission["granted"][number][] = [];
    const denied: Permission["denied"][number][] = [];
    for (const { mail, limits } of needs) {
      const missing = limits.find(({ name }) => (taken.get(name) ?? []).length === 0);
      if (missing === undefined)
        granted.push({ mail, permits: limits.map(({ name }) => taken.get(name)?.pop() as Permit) });
      else denied.push({ mail, by: missing.kind, wait: this.#wait(missing, waits) });
    }
    await this.#giveBack(worker, [...taken.values()].flat());
    return { granted, denied };
  }

  /** Gives permits back that were not used: they are free at once. */
  async #giveBack(worker: string, permits: readonly Permit[]): Promise<void> {
    if (permits.length === 0) return;
    await this.#database.within(
      this.#timeout,
      `update ${this.#schema}.permit p set worker = null, free_at = clock_timestamp()
       from jsonb_to_recordset($2::text::jsonb) as g (rate text, n integer)
       where p.rate = g.rate and p.n = g.n and p.worker = $1::text`,
      [worker, JSON.stringify(permits)],
    );
  }

  #limitsOf({ tenant, recipients }: ClaimedMail): { kind: Limit; name: string; rate: OutboxRate }[] {
    const { relay, tenant: each, domain = {} } = this.#rates;
    const limits: { kind: Limit; name: string; rate: OutboxRate }[] = [];
    if (relay !== undefined) limits.push({ kind: "relay", name: "relay", rate: relay });
    if (each !== undefined) limits.push({ kind: "tenant", name: `tenant ${tenant}`, rate: each });
    const domains = recipients
      .filter(({ state }) => state === "waiting")
      .map(({ recipient }) => recipient.slice(recipient.lastIndexOf("@") + 1).toLowerCase());
    for (const name of new Set(domains)) {
      const rate = Object.hasOwn(domain, name) ? domain[name] : undefined;
      if (rate !== undefined) limits.push({ kind: "domain", name: `domain ${name}`, rate });
    }
    return limits;
  }

  /**
   * Those that wait for a domain are spread over the time that they need, so that they are not claimed again and again.
   */
  #wait({ name, rate }: { name: string; rate: OutboxRate }, waits: Map<string, number>): number {
    const wait = Math.max(1, waits.get(name) ?? Math.min(20, rate.interval));
    waits.set(name, wait + rate.interval / rate.messages);
    return wait;
  }

  async #make(wanted: ReadonlyMap<string, { rate: OutboxRate }>): Promise<void> {
    for (const [name, { rate }] of wanted) {
      if (this.#made.has(name)) continue;
      const interval = `${rate.interval}::float8`;
      await this.#database.query(
        `insert into ${this.#schema}.permit as p (rate, n, interval_ms)
         select $1::text, n, ${interval} from generate_series(1, ${rate.messages}) as n
         on conflict (rate, n) do update set interval_ms = ${interval} where p.interval_ms <> ${interval}`,
        [name],
      );
      this.#made.add(name);
    }
  }

  async #takeRows(
    worker: string,
    wanted: ReadonlyMap<string, { rate: OutboxRate; count: number }>,
  ): Promise<{ taken: Map<string, Permit[]>; waits: Map<string, number> }> {
    const s = this.#schema;
    const list = [...wanted].map(
      ([
        rate,
        {
          rate: { messages },
          count,
        },
      ]) => ({ rate, messages, count }),
    );
    const [row] = await this.#database.within(
      this.#timeout,
      `with wanted as (
         select * from jsonb_to_recordset($2::text::jsonb) as w (rate text, messages integer, count integer)
       ), taken as (
         update ${s}.permit p set worker = $1::text, free_at = 'infinity' from (
           select each.rate, each.n from wanted cross join lateral (
             select rate, n from ${s}.permit where rate = wanted.rate and n <= wanted.messages
               and worker is null and free_at <= clock_timestamp()
             order by free_at limit wanted.count for update skip locked) as each) as free
         where p.rate = free.rate and p.n = free.n returning p.rate, p.n)
       select (select coalesce(jsonb_agg(jsonb_build_object('rate', rate, 'n', n)), '[]') from taken)::text as taken,
         (select coalesce(jsonb_agg(jsonb_build_object('rate', rate, 'wait',
           (select extract(epoch from min(free_at) - clock_timestamp()) * 1000 from ${s}.permit p
            where p.rate = wanted.rate and p.worker is null and p.free_at > now()))), '[]') from wanted)::text as waits`,
      [worker, JSON.stringify(list)],
    );
    const taken = new Map<string, Permit[]>();
    for (const permit of JSON.parse(String(row?.["taken"])) as Permit[])
      taken.set(permit.rate, [...(taken.get(permit.rate) ?? []), permit]);
    const waits = new Map<string, number>();
    for (const { rate, wait } of JSON.parse(String(row?.["waits"])) as {
      rate: string;
      wait: number | null;
    }[])
      if (wait !== null) waits.set(rate, wait);
    return { taken, waits };
  }
}
