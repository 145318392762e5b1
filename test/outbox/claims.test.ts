import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { PGlite } from "@electric-sql/pglite";
import type { Transport } from "envoi";
import { laboratory, until } from "../contract/outbox-contract.ts";

const folder = await mkdtemp(join(tmpdir(), "envoi-outbox-"));
const database = await PGlite.create({ dataDir: folder });
after(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

test("a mail that a worker claims again while it still holds it is sent once", async () => {
  const handed: string[] = [];
  const held: (() => void)[] = [];
  // The first two mails take as long as the test wants, so the third waits in the hands of the worker.
  const slow = (to: Transport): Transport =>
    new Proxy(to, {
      get(target, name) {
        if (name !== "sendRaw") return Reflect.get(target, name, target).bind(target);
        return async (...args: Parameters<Transport["sendRaw"]>) => {
          const number = handed.push(args[0].to.join());
          const report = await target.sendRaw(...args);
          if (number <= 2) await new Promise<void>((resolve) => held.push(resolve));
          return report;
        };
      },
    });
  await using lab = await laboratory({ database }, {}, (server) => slow(server.transport()));
  const { outbox, schema } = lab;
  const mail = (to: string) => ({ from: "shop@example.com", to, subject: "Receipt", text: "Thank you." });
  await outbox.enqueue(mail("a@example.org"));
  await outbox.enqueue(mail("b@example.org"));
  await using worker = outbox.work({ concurrency: 2 });
  await until(
    async () => held.length,
    (n) => n === 2,
  );
  const { id } = await outbox.enqueue(mail("c@example.org"));
  const claim = async (): Promise<unknown> => {
    const { rows } = await outbox.query(
      `select claim::text from ${schema}.mail where id = ${id} and state = 'leased'`,
    );
    return rows[0]?.["claim"];
  };
  const first = await until(claim, () => true);
  // For a moment it seems to be dead.
  await outbox.query(`update ${schema}.worker set until = now() - interval '1 minute'`);
  await until(claim, (value) => value !== first);
  for (const go of held) go();
  await lab.until(id, ({ state }) => state === "sent");
  await worker.stop();
  assert.deepEqual(handed.toSorted(), ["a@example.org", "b@example.org", "c@example.org"]);
});
