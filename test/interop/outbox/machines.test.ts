import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { Outbox, type OutboxStatus } from "envoi/outbox";
import { TestServer } from "envoi/testing";
import { until } from "../../contract/outbox-contract.ts";
import { Network } from "../network.ts";
import { Postgres } from "../postgres.ts";
import { WorkerProcess } from "./worker-process.ts";

const mails = 1000;
const concurrency = 8;
const lease = 2000;

test("two machines drain an outbox on a third together, and none is doubled when a cable is pulled", async (t) => {
  await using network = await Network.start(2);
  await using postgres = await Postgres.start({ listen_addresses: `127.0.0.1,${network.address}` });
  await using server = await TestServer.start({ listeners: [{ host: network.address }] });
  await using outbox = await Outbox.open({ database: postgres.url });
  await outbox.enqueueAll(
    Array.from({ length: mails }, (_, n) => ({
      message: { from: "shop@example.com", to: "ada@example.org", subject: `Order ${n}`, text: "Thank you." },
      tag: `${n}`,
    })),
  );
  const database = `postgres://postgres@${network.address}:${postgres.port}/postgres`;
  const start = (machine: number): Promise<WorkerProcess> =>
    WorkerProcess.start(
      { database, smtpHost: network.address, smtpPort: server.port, concurrency, lease, jitter: 20 },
      network.on(machine),
    );
  await using first = await start(0);
  await using second = await start(1);
  const sent = async (): Promise<number> => server.messages.length;
  await until(sent, (count) => count >= mails / 4);
  await network.unplug(1);
  const before = await sent();
  // It is taken for dead, and its mails are taken over.
  await delay(lease * 2);
  assert.ok((await sent()) > before, "the other machine goes on");
  await network.plug(1);
  const untilEnded = (): Promise<OutboxStatus["mails"]> =>
    until(
      async () => (await outbox.status()).mails,
      ({ waiting, sending }) => waiting + sending === 0,
    );
  await untilEnded();
  const { rows } = await outbox.query(
    "select distinct split_part(worker, ':', 1) as worker from envoi.event where kind = 'attempt'",
  );
  assert.equal(rows.length, 2, "both machines took part");
  for (const worker of [first, second]) assert.equal(await worker.terminate(), "SIGTERM");
  // The unplugged machine may have told last that a mail, which was unknown until then, did not go: so it waits.
  await using third = await start(0);
  const ended = await untilEnded();
  await third.terminate();

  const copies = new Map<string, number>();
  for (const { parsed } of server.messages)
    copies.set(parsed.subject ?? "", (copies.get(parsed.subject ?? "") ?? 0) + 1);
  for await (const { state, tag } of outbox.list()) {
    const count = copies.get(`Order ${tag}`) ?? 0;
    if (state === "sent") assert.equal(count, 1, `${tag} was sent`);
    else assert.ok(state === "unknown" && count <= 1, `${tag} is ${state}`);
  }
  assert.ok(ended.unknown <= concurrency, `${ended.unknown} are unknown`);
  t.diagnostic(JSON.stringify(ended));
});
