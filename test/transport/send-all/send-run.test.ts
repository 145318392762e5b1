import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import {
  Envelope,
  EnvoiError,
  type MessageFields,
  type SendAllItem,
  type SendOptions,
  type SendOutcome,
  type SendReport,
  type SendRun,
  type SendSource,
  type SendTotals,
} from "envoi";
import { Message } from "#src/message/message.js";
import { nothingSent } from "#src/protocol/send-report.js";
import { Runs } from "#src/transport/send-all/runs.js";

/** A mail whose recipient is its number. */
function mail(number: number): { from: string; to: string; text: string } {
  return { from: "a@x.test", to: `${number}@y.test`, text: "hello" };
}

function numbered(count: number): { message: MessageFields; tag: string }[] {
  return Array.from({ length: count }, (_, i) => ({ message: mail(i), tag: `t${i}` }));
}

interface Pending {
  readonly number: number;
  readonly options: SendOptions;
  resolve(): void;
  reject(error: Error): void;
}

/** A transport under whose hands mails wait until the test lets them go. */
class ByHand {
  readonly pending: Pending[] = [];
  readonly seen: number[] = [];
  readonly runs: Runs;
  automatic = false;

  constructor(concurrency = 3) {
    this.runs = new Runs((mail, options) => this.#send(mail as Message, options), concurrency);
  }

  #send(message: Message, options: SendOptions): Promise<SendReport> {
    const number = Number.parseInt(String(message.envelope.to[0]), 10);
    this.seen.push(number);
    const report = nothingSent(message.envelope);
    if (this.automatic) return Promise.resolve(report);
    return new Promise((resolve, reject) => {
      const { signal } = options;
      const abort = () => reject(failure("aborted"));
      if (signal?.aborted) abort();
      signal?.addEventListener("abort", abort, { once: true });
      this.pending.push({ number, options, resolve: () => resolve(report), reject });
    });
  }
}

function failure(
  kind: "aborted" | "rejected" | "connection",
  delivery: EnvoiError["delivery"] = "not-sent",
): EnvoiError {
  return new EnvoiError(kind, { kind, delivery, transient: false, permanent: false });
}

async function collect<T>(outcomes: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const outcome of outcomes) all.push(outcome);
  return all;
}

describe("a run", () => {
  it("sends nothing unless it is awaited or iterated", async () => {
    const { runs, seen } = new ByHand();
    let begun = false;
    const run = runs.sendAll(
      (function* () {
        begun = true;
        yield mail(0);
      })(),
    );
    run[Symbol.asyncIterator]();
    await turnOfTheLoop();
    assert.equal(begun, false);
    assert.deepEqual(seen, []);
    assert.equal(run.totals.total, 0);
  });

  it("sends everything and gives totals when it is awaited", async () => {
    const transport = new ByHand();
    transport.automatic = true;
    const run = transport.runs.sendAll(numbered(10));
    assert.deepEqual(await run, {
      total: 10,
      ok: 10,
      failed: 0,
      notSent: 0,
      refused: 0,
      unknown: 0,
      complete: true,
    });
    assert.equal(transport.seen.length, 10);
    assert.deepEqual(await run, run.totals);
    assert.equal(transport.seen.length, 10);
  });

  it("has catch and finally like a promise, which begin it like await", async () => {
    const transport = new ByHand();
    transport.automatic = true;
    const caught: Promise<SendTotals | string> = transport.runs.sendAll(numbered(3)).catch(() => "failed");
    assert.equal(((await caught) as SendTotals).total, 3);
    let ended = 0;
    const totals: SendTotals = await transport.runs.sendAll(numbered(4)).finally(() => {
      ended++;
    });
    assert.deepEqual([totals.total, ended], [4, 1]);
    const broken = function* () {
      yield mail(0);
      throw new Error("no more rows");
    };
    assert.equal(
      await transport.runs.sendAll(broken()).catch((error) => (error as Error).message),
      "no more rows",
    );
    await assert.rejects(
      transport.runs.sendAll(broken()).finally(() => {
        ended++;
      }),
      /no more rows/,
    );
    assert.equal(ended, 2);
    // Asked while it is iterated, they leave the sending to the loop.
    const run = transport.runs.sendAll(numbered(5));
    const outcomes = run[Symbol.asyncIterator]();
    const both = Promise.all([run.catch(() => undefined), run.finally()]);
    while ((await outcomes.next()).done !== true);
    assert.deepEqual(
      (await both).map((told) => told?.total),
      [5, 5],
    );
  });

  it("gives each outcome with index and tag when it is iterated", async () => {
    const transport = new ByHand();
    const outcomes: SendOutcome<string>[] = [];
    const run = transport.runs.sendAll(numbered(4));
    const loop = (async () => {
      for await (const outcome of run) outcomes.push(outcome);
    })();
    await turnOfTheLoop();
    assert.deepEqual(transport.seen, [0, 1, 2]);
    transport.pending[1]?.resolve();
    await turnOfTheLoop();
    assert.deepEqual(
      outcomes.map(({ ok, index, tag }) => ({ ok, index, tag })),
      [{ ok: true, index: 1, tag: "t1" }],
    );
    assert.equal(String(outcomes[0]?.report?.envelope.to[0]), "1@y.test");
    transport.pending[0]?.reject(failure("rejected", "refused"));
    transport.pending[2]?.reject(failure("connection", "unknown"));
    await turnOfTheLoop();
    transport.pending[3]?.reject(failure("connection"));
    await loop;
    assert.deepEqual(
      outcomes.map(({ index, error }) => [index, error?.delivery]),
      [
        [1, undefined],
        [0, "refused"],
        [2, "unknown"],
        [3, "not-sent"],
      ],
    );
    assert.deepEqual(await run, {
      total: 4,
      ok: 1,
      failed: 3,
      notSent: 1,
      refused: 1,
      unknown: 1,
      complete: true,
    });
  });

  it("takes sources of every kind", async () => {
    const transport = new ByHand();
    transport.automatic = true;
    const built = Message.create(mail(7));
    async function* later() {
      for (const number of [1, 2, 3]) {
        await turnOfTheLoop();
        yield { message: mail(number), tag: number };
      }
    }
    const sources: readonly (readonly [SendSource<SendAllItem>, number])[] = [
      [[mail(0), built, { message: built, tag: 1 }], 3],
      [new Set([mail(0)]), 1],
      [[], 0],
      [later(), 3],
    ];
    for (const [source, count] of sources) {
      const outcomes = await collect(transport.runs.sendAll(source));
      assert.equal(outcomes.filter(({ ok }) => ok).length, count);
    }
  });

  it("types its tags like those of its items", async () => {
    const transport = new ByHand();
    transport.automatic = true;
    for await (const { tag } of transport.runs.sendAll([{ message: mail(0), tag: 5 }])) tag satisfies number;
    for await (const { tag } of transport.runs.sendAll([mail(0)])) tag satisfies undefined;
    const mixed = [mail(0), { message: mail(1), tag: "x" }];
    for await (const { tag } of transport.runs.sendAll(mixed)) tag satisfies string | undefined;
  });

  it("gives a not-sent outcome for an item that cannot be built, and continues", async () => {
    const transport = new ByHand();
    transport.automatic = true;
    const wrong = [
      { from: "a@x.test", to: "nobody" },
      { message: { from: "a@x.test", to: "b@y.test", subject: "a\r\nb" }, tag: "injected" },
      null,
      "text",
      { message: mail(0), tags: 1 },
      { message: mail(0), options: { sginal: undefined } },
      { message: mail(0), options: { signal: {} } },
      { message: mail(0), options: 5 },
      {
        get message(): never {
          throw new RangeError("mine");
        },
      },
      mail(9),
    ];
    const outcomes = await collect(transport.runs.sendAll(wrong as never[]));
    assert.equal(outcomes.length, wrong.length);
    assert.deepEqual(transport.seen, [9]);
    for (const { ok, error } of outcomes.filter(({ index }) => index < 9)) {
      assert.equal(ok, false);
      assert.ok(EnvoiError.is(error));
      assert.equal(error.delivery, "not-sent");
      assert.equal(error.permanent, true);
    }
    assert.deepEqual(
      [...outcomes].sort((a, b) => a.index - b.index).map(({ error }) => error?.kind),
      ["address", "message", "message", "message", ...Array(4).fill("configuration"), "message", undefined],
    );
    assert.equal(outcomes.find(({ index }) => index === 1)?.tag as unknown, "injected");
    assert.ok(outcomes.find(({ index }) => index === 8)?.error?.cause instanceof RangeError);
  });

  it("applies its options to each mail, and those of the mail first", async () => {
    const transport = new ByHand();
    const envelope = Envelope.of("c@x.test", ["d@y.test"]);
    const items = [
      mail(0),
      { message: mail(1), options: { deadline: 5, envelope } },
      { message: mail(2), options: { deadline: undefined, signal: undefined } },
    ];
    const run = transport.runs.sendAll(items, { deadline: 1000 });
    const totals = run.then((totals) => totals);
    await turnOfTheLoop();
    assert.deepEqual(
      transport.pending.map(({ options }) => options),
      [{ deadline: 1000 }, { deadline: 5, envelope }, { deadline: 1000 }],
    );
    for (const { resolve } of transport.pending) resolve();
    await totals;
  });

  it("reports a mail as unknown after an error that is not envoi's own", async () => {
    const runs = new Runs(() => Promise.reject(new TypeError("theirs")), 1);
    const [outcome] = await collect(runs.sendAll([mail(0)]));
    assert.equal(outcome?.error?.delivery, "unknown");
    assert.ok(outcome?.error?.cause instanceof TypeError);
  });
});

describe("taking mails from a source", () => {
  it("stops while the loop pauses, and mails that were taken are sent", async () => {
    const transport = new ByHand(3);
    transport.automatic = true;
    let taken = 0;
    const run = transport.runs.sendAll(
      (function* () {
        for (;;) yield mail(taken++);
      })(),
    );
    const outcomes = run[Symbol.asyncIterator]();
    await outcomes.next();
    for (let i = 0; i < 10; i++) await turnOfTheLoop();
    assert.ok(taken <= 4, `${taken} taken`);
    assert.equal(transport.seen.length, taken);
    assert.equal(run.totals.ok, taken);
    await outcomes.next();
    assert.equal(taken, 5);
    await outcomes.return?.();
    assert.equal(taken, 5);
  });

  it("keeps exactly as many mails under way as allowed", async () => {
    const transport = new ByHand(100);
    const run = transport.runs.sendAll(numbered(10), { concurrency: 4 });
    const totals = run.then((totals) => totals);
    for (let done = 0; done < 10; done++) {
      await turnOfTheLoop();
      assert.equal(transport.seen.length, Math.min(10, done + 4));
      transport.pending[done]?.resolve();
    }
    assert.equal((await totals).ok, 10);
  });

  it("asks an asynchronous source for one mail at a time", async () => {
    const transport = new ByHand(5);
    let asked = 0;
    let most = 0;
    const source = {
      [Symbol.asyncIterator]: () => ({
        async next() {
          most = Math.max(most, ++asked);
          await turnOfTheLoop();
          asked--;
          return { done: false as const, value: mail(0) };
        },
      }),
    };
    const run = transport.runs.sendAll(source);
    const totals = run.then((totals) => totals);
    while (transport.seen.length < 5) await turnOfTheLoop();
    assert.equal(most, 1);
    run.stop();
    for (const { resolve } of transport.pending) resolve();
    assert.equal((await totals).total, 5);
  });

  it("lets other work run, even if source and transport are always ready", async () => {
    const transport = new ByHand();
    transport.automatic = true;
    const run = transport.runs.sendAll(
      (function* () {
        for (;;) yield mail(0);
      })(),
    );
    const totals = run.then((totals) => totals);
    for (let i = 0; i < 3; i++) await turnOfTheLoop();
    run.stop();
    assert.equal((await totals).complete, false);
  });
});

describe("a run that is stopped", () => {
  it("sends nothing if it is stopped before it begins", async () => {
    const transport = new ByHand();
    const run = transport.runs.sendAll(numbered(3));
    run.stop();
    assert.equal((await run).total, 0);
    const other = transport.runs.sendAll(numbered(3));
    other.stop();
    assert.deepEqual(await collect(other), []);
    assert.deepEqual(transport.seen, []);
  });

  it("continues until every mail taken has its outcome", async () => {
    const transport = new ByHand();
    const run = transport.runs.sendAll(numbered(10));
    const outcomes = collect(run);
    await turnOfTheLoop();
    run.stop();
    run.stop();
    for (const { resolve } of transport.pending) resolve();
    assert.equal((await outcomes).length, 3);
    assert.deepEqual(transport.seen, [0, 1, 2]);
    assert.equal((await run).complete, false);
  });

  it("waits for the mails taken, and for the source to clean up, if the loop is left", async () => {
    const transport = new ByHand();
    let cleanedUp = false;
    const run = transport.runs.sendAll(
      (async function* () {
        try {
          for (let i = 0; ; i++) yield mail(i);
        } finally {
          await turnOfTheLoop();
          cleanedUp = true;
        }
      })(),
    );
    let left = false;
    const loop = (async () => {
      for await (const _ of run) break;
      left = true;
    })();
    await turnOfTheLoop();
    transport.pending[0]?.resolve();
    await turnOfTheLoop();
    await turnOfTheLoop();
    assert.equal(left, false);
    for (const { resolve } of transport.pending) resolve();
    await loop;
    assert.equal(cleanedUp, true);
    const { total } = await run;
    assert.equal(total, transport.seen.length);
  });

  it("gives what its source still gives if the source stops it", async () => {
    const transport = new ByHand();
    transport.automatic = true;
    let cleanedUp = false;
    const run: SendRun = transport.runs.sendAll(source());
    function* source(): Generator<MessageFields> {
      try {
        yield mail(0);
        run.stop();
        yield mail(1);
        yield mail(2);
      } finally {
        cleanedUp = true;
      }
    }
    assert.equal((await run).total, 2);
    assert.equal(cleanedUp, true);
  });

  it("waits for a pending answer of its source", async () => {
    const transport = new ByHand();
    transport.automatic = true;
    let give = () => {};
    const run = transport.runs.sendAll(
      (async function* () {
        await new Promise<void>((resolve) => {
          give = resolve;
        });
        yield mail(0);
      })(),
    );
    const totals = run.then((totals) => totals);
    run.stop();
    await turnOfTheLoop();
    give();
    assert.equal((await totals).total, 1);
  });
});

describe("closing the transport", () => {
  it("ends its runs with the outcome of every mail taken", async () => {
    const transport = new ByHand();
    const run = transport.runs.sendAll(numbered(10));
    const outcomes = collect(run);
    await turnOfTheLoop();
    transport.runs.close();
    for (const { resolve } of transport.pending) resolve();
    assert.equal((await outcomes).length, 3);
    assert.equal((await run).complete, false);
  });

  it("does not wait for a source that gives nothing, but takes what is ready", async () => {
    const transport = new ByHand();
    transport.automatic = true;
    const never = new Promise<IteratorResult<never>>(() => {});
    const stuck = { [Symbol.asyncIterator]: () => ({ next: () => never }) };
    const run = transport.runs.sendAll(stuck);
    const totals = run.then((totals) => totals);
    transport.runs.close();
    assert.equal((await totals).total, 0);
  });

  it("refuses runs that have not begun", async () => {
    const transport = new ByHand();
    const runs = [transport.runs.sendAll(numbered(1)), transport.runs.sendAll(numbered(1))] as const;
    transport.runs.close();
    const expected = { kind: "closed", delivery: "not-sent", message: /before the run began/ };
    await assert.rejects(async () => await runs[0], expected);
    await assert.rejects(collect(runs[1]), expected);
    assert.deepEqual(transport.seen, []);
  });
});

describe("an abort of a run", () => {
  it("gives an outcome for every mail taken, then throws", async () => {
    const transport = new ByHand();
    const controller = new AbortController();
    const reason = new Error("enough");
    const run = transport.runs.sendAll(numbered(10), { signal: controller.signal });
    const outcomes: SendOutcome<string>[] = [];
    const loop = (async () => {
      for await (const outcome of run) outcomes.push(outcome);
    })();
    await turnOfTheLoop();
    transport.pending[0]?.resolve();
    await turnOfTheLoop();
    controller.abort(reason);
    const expected = { kind: "aborted", delivery: "not-sent", cause: reason };
    await assert.rejects(loop, expected);
    assert.deepEqual(
      outcomes.map(({ index, error }) => [index, error?.kind]),
      [
        [0, undefined],
        [1, "aborted"],
        [2, "aborted"],
        [3, "aborted"],
      ],
    );
    await assert.rejects(async () => await run, expected);
    assert.deepEqual(run.totals, {
      total: 4,
      ok: 1,
      failed: 3,
      notSent: 3,
      refused: 0,
      unknown: 0,
      complete: false,
    });
  });

  it("sends nothing if it came first", async () => {
    const transport = new ByHand();
    const run = transport.runs.sendAll(numbered(10), { signal: AbortSignal.abort() });
    await assert.rejects(async () => await run, { kind: "aborted" });
    assert.deepEqual(transport.seen, []);
  });

  it("loses no mail that the source has given", async () => {
    for (let after = 1; after < 8; after++) {
      const transport = new ByHand(2);
      transport.automatic = true;
      const controller = new AbortController();
      let given = 0;
      const source = (async function* () {
        for (;;) yield mail(given++);
      })();
      const run = transport.runs.sendAll(source, { signal: controller.signal });
      let told = 0;
      await assert.rejects(
        (async () => {
          for await (const _ of run) if (++told === after) controller.abort();
        })(),
        { kind: "aborted" },
      );
      assert.equal(told, given);
    }
  });

  it("does not wait for a source that gives nothing", async () => {
    const transport = new ByHand();
    const controller = new AbortController();
    const source = (async function* () {
      yield mail(0);
      await new Promise(() => {});
    })();
    const outcomes = collect(transport.runs.sendAll(source, { signal: controller.signal }));
    await turnOfTheLoop();
    controller.abort();
    await assert.rejects(outcomes, { kind: "aborted" });
  });

  it("cancels mails with a signal of their own by either signal", async () => {
    const transport = new ByHand();
    const own = new AbortController();
    const whole = new AbortController();
    const items = [
      { message: mail(0), options: { signal: own.signal } },
      { message: mail(1), options: { signal: new AbortController().signal } },
      { message: mail(2), options: { signal: AbortSignal.abort() } },
    ];
    const outcomes = run();
    async function run(): Promise<unknown[]> {
      const seen: unknown[] = [];
      try {
        for await (const { index, error } of transport.runs.sendAll(items, { signal: whole.signal }))
          seen.push([index, error?.kind]);
      } catch (error) {
        seen.push(error);
      }
      return seen;
    }
    await turnOfTheLoop();
    own.abort();
    await turnOfTheLoop();
    transport.pending[1]?.resolve();
    assert.deepEqual(await outcomes, [
      [2, "aborted"],
      [0, "aborted"],
      [1, undefined],
    ]);
  });
});

describe("a source that throws", () => {
  const mine = new RangeError("mine");

  it("ends the run with its error, after the outcome of every mail taken", async () => {
    const synchronous = (function* () {
      yield mail(0);
      throw mine;
    })();
    const asynchronous = (async function* () {
      yield mail(0);
      throw mine;
    })();
    for (const source of [synchronous, asynchronous]) {
      const transport = new ByHand();
      transport.automatic = true;
      const outcomes: unknown[] = [];
      const run = transport.runs.sendAll(source);
      await assert.rejects(
        (async () => {
          for await (const { ok } of run) outcomes.push(ok);
        })(),
        mine,
      );
      assert.deepEqual(outcomes, [true]);
      await assert.rejects(async () => await run, mine);
      assert.equal(run.totals.complete, false);
    }
  });

  it("ends the run with its error also if it throws at its begin or its end", async () => {
    const transport = new ByHand();
    transport.automatic = true;
    const noIterator = {
      [Symbol.iterator](): never {
        throw mine;
      },
    };
    await assert.rejects(async () => await transport.runs.sendAll(noIterator), mine);
    const noEnd = {
      [Symbol.iterator]: () => ({
        next: () => ({ done: false as const, value: mail(0) }),
        return(): never {
          throw mine;
        },
      }),
    };
    const run = transport.runs.sendAll(noEnd);
    await assert.rejects(
      (async () => {
        for await (const _ of run) run.stop();
      })(),
      mine,
    );
    await assert.rejects(async () => await run, mine);
  });
});

describe("misuse of a run", () => {
  it("is reported: iterated twice, or iterated after it was awaited", async () => {
    const transport = new ByHand();
    transport.automatic = true;
    const iterated = transport.runs.sendAll(numbered(2));
    assert.equal((await collect(iterated)).length, 2);
    await assert.rejects(collect(iterated), { kind: "configuration", message: /iterated already/ });
    const awaited = transport.runs.sendAll(numbered(2));
    await awaited;
    await assert.rejects(collect(awaited), { kind: "configuration", message: /awaited already/ });
    assert.equal(transport.seen.length, 4);
  });

  it("may be awaited while it is iterated, for the totals of the loop", async () => {
    const transport = new ByHand();
    transport.automatic = true;
    const run = transport.runs.sendAll(numbered(5));
    const outcomes = run[Symbol.asyncIterator]();
    const totals = run.then(({ total }) => total);
    while ((await outcomes.next()).done !== true);
    assert.equal(await totals, 5);
  });

  it("sends nothing if it is left before it begins", async () => {
    const transport = new ByHand();
    const run = transport.runs.sendAll(numbered(5));
    await run[Symbol.asyncIterator]().return?.();
    assert.equal((await run).total, 0);
    assert.deepEqual(transport.seen, []);
  });

  it("is refused at once: a wrong source, option or number", () => {
    const { runs } = new ByHand();
    const expected = { name: "EnvoiError", kind: "configuration", delivery: "not-sent", permanent: true };
    for (const items of [undefined, null, 5, "a@x.test", {}, mail(0), Message.create(mail(0))])
      assert.throws(() => runs.sendAll(items as never), { ...expected, message: /iterable/ });
    for (const options of [
      { envelope: 1 },
      { paralel: 5 },
      { concurrency: 0 },
      { concurrency: 1.5 },
      { signal: {} },
      5,
    ])
      assert.throws(() => runs.sendAll([], options as never), expected);
  });
});
