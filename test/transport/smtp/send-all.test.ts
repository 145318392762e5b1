import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import process from "node:process";
import { describe, it } from "node:test";
import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { ScriptedServer } from "../../net/scripted-server.js";
import { clearTo, mail, said, serve, until } from "./serve.js";
import { TestServer } from "./test-server.js";

function* numbered(count: number): Generator<{ message: typeof mail; tag: number }> {
  for (let tag = 0; tag < count; tag++) yield { tag, message: { ...mail, subject: `number ${tag}` } };
}

describe("sendAll of an SmtpTransport", () => {
  it("sends each mail once, over all connections", async () => {
    await using server = await TestServer.start();
    await using transport = server.builder().pool({ maxSize: 3 }).build();
    const tags: number[] = [];
    for await (const { ok, tag } of transport.sendAll(numbered(100))) {
      assert.equal(ok, true);
      tags.push(tag);
    }
    assert.equal(new Set(tags).size, 100);
    assert.equal(server.transcripts.length, 3);
    assert.equal(new Set(server.messages.map(({ parsed }) => parsed.subject)).size, 100);
  });

  it("counts refused mails and mails that could not be built", async () => {
    await using server = await TestServer.start();
    server.fail({ at: "rcpt", when: { recipient: /bad/ }, reply: "550 5.1.1 unknown" });
    await using transport = server.builder().build();
    const run = transport.sendAll([mail, { ...mail, to: "bad@y.test" }, { ...mail, to: "nobody" }]);
    assert.deepEqual(await run, {
      total: 3,
      ok: 1,
      failed: 2,
      notSent: 1,
      refused: 1,
      unknown: 0,
      complete: true,
    });
  });

  it("does not limit how long a mail waits, unless configured", async () => {
    let goOn = () => {};
    await using server = await ScriptedServer.start((peer) =>
      serve(peer, {
        MAIL: () =>
          new Promise((resolve) => {
            goOn = () => {
              peer.say("250 ok");
              resolve();
            };
          }),
      }),
    );
    await using transport = clearTo(server).pipelining("off").build();
    const run = transport.sendAll([mail]);
    const totals = run.then(({ ok }) => ok);
    await until(() => said(server.peers[0]).some((line) => line.startsWith("MAIL")));
    goOn();
    assert.equal(await totals, 1);
  });

  it("is ended by close, with an outcome for every mail taken", async () => {
    await using server = await TestServer.start();
    const transport = server.builder().pool({ maxSize: 2 }).build();
    let outcomes = 0;
    const run = transport.sendAll(numbered(100_000));
    for await (const { ok } of run) {
      assert.equal(ok, true);
      if (++outcomes === 5) void transport.close();
    }
    assert.equal(server.messages.length, outcomes);
    assert.ok(outcomes < 100);
    assert.equal(run.totals.complete, false);
    await transport.close();
    await assert.rejects(async () => await transport.sendAll([mail]), { kind: "closed" });
  });

  it("takes one signal for any number of mails, without a warning", async () => {
    await using server = await TestServer.start();
    await using transport = server.builder().pool({ maxSize: 2 }).build();
    const warnings: Error[] = [];
    const warned = (warning: Error) => warnings.push(warning);
    process.on("warning", warned);
    const { signal } = new AbortController();
    const sends = Array.from({ length: 50 }, () => transport.send(mail, { signal }));
    const run = transport.sendAll(numbered(100), { signal, concurrency: 50 });
    assert.equal((await run).ok, 100);
    await Promise.all(sends);
    // Warnings come in a turn of their own.
    await turnOfTheLoop();
    process.off("warning", warned);
    assert.deepEqual(warnings, []);
    assert.equal(getEventListeners(signal, "abort").length, 0);
  });

  it("is ended by a forced close at once", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer, { ".": () => {} }));
    const transport = clearTo(server).pool({ maxSize: 1 }).build();
    const run = transport.sendAll(numbered(1000));
    const totals = run.then((totals) => totals);
    await until(() => server.peers[0]?.received.includes("\r\n.\r\n") === true);
    await transport.close({ force: true });
    const { total, unknown, notSent } = await totals;
    assert.equal(unknown, 1);
    assert.equal(notSent, total - 1);
    assert.ok(total < 20);
  });
});
