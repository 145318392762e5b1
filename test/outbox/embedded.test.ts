import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { Outbox } from "envoi/outbox";

const receipt = { from: "shop@example.com", to: "ada@example.org", subject: "Receipt", text: "Thank you." };

test("the folder of an outbox belongs to one process, and is free when that was killed", async () => {
  const folder = await mkdtemp(join(tmpdir(), "envoi-outbox-"));
  const program = `
    import { Outbox } from ${JSON.stringify(new URL("../../src/outbox/index.js", import.meta.url).href)};
    const outbox = await Outbox.open({ database: { folder: process.argv[1] } });
    console.log((await outbox.enqueue({ from: "a@example.com", to: "b@example.org", subject: "s", text: "t" })).id);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const [id] = await once(child.stdout, "data");
  await assert.rejects(Outbox.open({ database: { folder } }), {
    kind: "configuration",
    message: new RegExp(`process ${child.pid}`),
  });
  child.kill("SIGKILL");
  await ended;
  const outbox = await Outbox.open({ database: { folder } });
  assert.equal((await outbox.find(String(id).trim()))?.state, "waiting");
  await assert.rejects(Outbox.open({ database: { folder } }), { message: /this process/ });

  // One connection: a call that does not use the open transaction would wait for ever.
  await outbox.transaction(async (via) => {
    const begin = performance.now();
    await assert.rejects(outbox.enqueue(receipt), { kind: "configuration", message: /via/ });
    await assert.rejects(Promise.race([outbox.find("1")]), { message: /via/ });
    assert.ok(performance.now() - begin < 10_000);
    assert.equal((await outbox.enqueue(receipt, { via })).duplicate, false);
  });
  assert.equal((await outbox.status()).mails.waiting, 2);
  await outbox.close();
  // The lock is given back in order, too.
  await (await Outbox.open({ database: { folder } })).close();
  await rm(folder, { recursive: true });
});
