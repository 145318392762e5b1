import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type CertificateFunction, CertificateLookup } from "#src/net/server/certificate-lookup.js";
import { HandClock } from "../hand-clock.js";
import { Issuer } from "./issuer.js";

const issuer = new Issuer();
const certificate = issuer.issue(["a.test"]);

function lookup(find: CertificateFunction) {
  const clock = new HandClock();
  const asked: string[] = [];
  const failures: unknown[] = [];
  const counted: CertificateFunction = (name, context) => {
    asked.push(name);
    return find(name, context);
  };
  const own = new CertificateLookup(counted, { clock, ms: 15_000 });
  return {
    clock,
    asked,
    failures,
    find: async (name: string) => await own.find(name, (error) => failures.push(error)),
  };
}

describe("what a function says of a name", () => {
  it("is asked for once by all clients that wait for it", async () => {
    let answer: (given: typeof certificate) => void = () => {};
    const { asked, find } = lookup(() => new Promise((resolve) => (answer = resolve)));
    const waiting = [find("a.test"), find("a.test"), find("a.test")];
    answer(certificate);
    const found = await Promise.all(waiting);
    assert.deepEqual(asked, ["a.test"]);
    assert.ok(found[0] !== undefined && found.every((identity) => identity === found[0]));
  });

  it("is kept for an hour, also if it is nothing", async () => {
    const { asked, find, clock } = lookup((name) => (name === "a.test" ? certificate : undefined));
    for (let times = 0; times < 2; times++) for (const name of ["a.test", "b.test"]) await find(name);
    clock.turn(3_599_999);
    await find("a.test");
    assert.deepEqual(asked, ["a.test", "b.test"]);
    clock.turn(1);
    for (const name of ["a.test", "b.test"]) await find(name);
    assert.deepEqual(asked, ["a.test", "b.test", "a.test", "b.test"]);
  });

  it("is nothing if the function fails, which is reported once and not tried again for ten seconds", async () => {
    const { asked, failures, find, clock } = lookup(() => {
      throw new Error("no database");
    });
    assert.deepEqual(await Promise.all([find("a.test"), find("a.test")]), [undefined, undefined]);
    await find("a.test");
    assert.equal(asked.length, 1);
    assert.match(String(failures), /^Error: no database$/);
    clock.turn(10_000);
    await find("a.test");
    assert.equal(asked.length, 2);
  });

  it("is nothing if the function takes too long, and its signal is aborted", async () => {
    let signal: AbortSignal | undefined;
    const { failures, find, clock } = lookup((_, context) => {
      signal = context.signal;
      return new Promise(() => {});
    });
    const waiting = find("a.test");
    clock.turn(14_999);
    assert.equal(signal?.aborted, false);
    clock.turn(1);
    assert.equal(await waiting, undefined);
    assert.equal(signal?.aborted, true);
    assert.match(String(failures), /more than 15000 ms for "a\.test"$/);
    assert.equal(clock.timers, 0);
  });

  it("is nothing if it cannot be used", async () => {
    const other = issuer.issue(["b.test"]);
    const wrong: unknown[] = [
      { key: other.key, cert: certificate.cert },
      [certificate, certificate],
      [],
      "PEM",
      { key: certificate.key },
      { ...certificate, ca: "x" },
    ];
    for (const answer of wrong) {
      const { failures, find } = lookup(() => answer as never);
      assert.equal(await find("a.test"), undefined);
      assert.match(String(failures), /^EnvoiError: certificates\("a\.test"\)/);
    }
  });

  it("does not displace certificates if clients ask for many names", async () => {
    const { asked, find } = lookup((name) => (name === "a.test" ? certificate : undefined));
    await find("a.test");
    for (let number = 0; number < 1500; number++) await find(`n${number}.test`);
    asked.length = 0;
    await find("a.test");
    await find("n1499.test");
    assert.deepEqual(asked, []);
    await find("n0.test");
    assert.deepEqual(asked, ["n0.test"]);
  });

  it("may be a certificate of each type of key", async () => {
    const pair = [certificate, issuer.issue(["a.test"], "rsa")];
    const { find } = lookup(() => pair);
    assert.deepEqual(
      (await find("a.test"))?.map(({ keyType }) => keyType),
      ["ec", "rsa"],
    );
  });
});
