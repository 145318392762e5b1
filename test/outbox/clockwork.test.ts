import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { Embedded } from "#src/outbox/database/embedded.js";
import { checkPackage } from "#src/outbox/database/optional-package.js";
import { type Chore, Clockwork } from "#src/outbox/worker/clockwork.js";
import { until } from "../contract/outbox-contract.ts";

const folder = await mkdtemp(join(tmpdir(), "envoi-outbox-"));
const database = await Embedded.open(folder);
after(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});
let schemas = 0;

/** A clockwork that ticks, as that of a worker. */
class Ticking implements AsyncDisposable {
  readonly #clockwork: Clockwork;
  readonly #ticks: Promise<void>;
  #over = false;

  static async start(schema: string, ...chores: Chore[]): Promise<Ticking> {
    const clockwork = new Clockwork(database, schema, true, chores, 0);
    await clockwork.begin();
    return new Ticking(clockwork);
  }

  private constructor(clockwork: Clockwork) {
    this.#clockwork = clockwork;
    this.#ticks = this.#tick();
  }

  async #tick(): Promise<void> {
    while (!this.#over) {
      await this.#clockwork.tick();
      await delay(50);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true;
    await this.#ticks;
    await this.#clockwork.end();
  }
}

test("a chore is done once a turn, whoever asks for it", async () => {
  const schema = `clockwork_${++schemas}`;
  let times = 0;
  const chore = { name: "upkeep", every: 1, run: async () => void times++ };
  const second = async (): Promise<number> =>
    Number((await database.query("select extract(epoch from now())::float8 as now"))[0]?.["now"]);
  const begin = await second();
  await using _1 = await Ticking.start(schema, chore);
  await using _2 = await Ticking.start(schema, chore);
  await using _3 = await Ticking.start(schema, chore);
  await until(
    async () => times,
    (n) => n >= 3,
  );
  const turns = Math.floor(await second()) - Math.floor(begin) + 1;
  assert.ok(times <= turns, `${times} times in ${turns} turns`);
  const jobs = await database.query(`select count(*)::int as n from ${schema}.job where state >= 'active'`);
  assert.ok(Number(jobs[0]?.["n"]) >= times);
});

test("whoever hangs with a chore holds up nobody else", async () => {
  const schema = `clockwork_${++schemas}`;
  let hanging = 0;
  let times = 0;
  const hangs = { name: "upkeep", every: 1, run: () => new Promise<void>(() => hanging++) };
  await using _1 = await Ticking.start(schema, hangs);
  await until(
    async () => hanging,
    (n) => n === 1,
  );
  await using _2 = await Ticking.start(schema, { ...hangs, run: async () => void times++ });
  await until(
    async () => times,
    (n) => n >= 2,
  );
  assert.equal(hanging, 1);
});

test("chores are done here before pg-boss runs, and while it cannot work", async () => {
  const schema = `clockwork_${++schemas}`;
  let times = 0;
  const chore = { name: "upkeep", every: 1, run: async () => void times++ };
  const clockwork = new Clockwork(database, schema, true, [chore], 0);
  await clockwork.tick();
  assert.equal(times, 1);
  await clockwork.begin();
  await database.query(`drop schema ${schema} cascade`);
  for (let tries = 0; times < 3; tries++) {
    assert.ok(tries < 600, "waited in vain");
    await clockwork.tick();
    await delay(50);
  }
  await clockwork.end();
});

test("a chore that lasts or fails is not begun twice, and holds up no other", async () => {
  const schema = `clockwork_${++schemas}`;
  const begun: string[] = [];
  let finish = (): void => {};
  const lasts = async (): Promise<void> => {
    begun.push("lasts");
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
  };
  const fails = async (): Promise<void> => {
    begun.push("fails");
    throw new Error("the database is away");
  };
  const chores = Object.entries({ lasts, fails }).map(([name, run]) => ({ name, every: 0.1, run }));
  const clockwork = new Clockwork(database, schema, true, chores, 0);
  const first = clockwork.tick();
  await delay(0);
  const second = clockwork.tick();
  await delay(0);
  assert.deepEqual(begun, ["lasts", "fails", "fails"]);
  finish();
  await Promise.all([first, second]);
});

test("a package that is missing, or too old, is told with what to run", async () => {
  await assert.rejects(checkPackage("envoi-has-no-such-peer", "work", 1), {
    kind: "configuration",
    message:
      "work needs the package envoi-has-no-such-peer, which is not installed. Run npm install envoi-has-no-such-peer",
  });
  await assert.rejects(checkPackage("pg-boss", "work", 99), {
    kind: "configuration",
    message:
      /^work: expected version 99 or later of the package pg-boss, got 12\.\d+\.\d+\. Run npm install pg-boss@latest$/,
  });
  await checkPackage("pg-boss", "work", 12);
});
