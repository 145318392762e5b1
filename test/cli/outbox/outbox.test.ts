import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Outbox } from "envoi/outbox";
import { run } from "../run.ts";

test("outbox shows and changes what is in a folder", async () => {
  const folder = await mkdtemp(join(tmpdir(), "envoi-command-"));
  const database = { folder: join(folder, "db") };
  const outbox = await Outbox.open({ database });
  const message = { from: "shop@example.com", to: "ada@example.org", subject: "Receipt", text: "Thank you." };
  const { id } = await outbox.enqueue(message, { tag: "receipt" });
  await outbox.close();
  const command = (...args: string[]) => run(["outbox", ...args, "--folder", database.folder]);
  const { output } = await command("status", "--json");
  const { mails, recent } = JSON.parse(output);
  assert.deepEqual([mails.waiting, recent.attempts], [1, 0]);
  assert.match((await command("list")).output, new RegExp(`^${id} {2}waiting {2}.* {2}ada@example.org\n$`));
  assert.equal((await command("cancel", id)).status, 0);
  const other = await command("status", "--schema", "other");
  assert.deepEqual([other.status, /Outbox\.sql\(\)/.test(other.errors)], [64, true]);
  await rm(folder, { recursive: true });
});

test("outbox refuses wrong words before it opens the database", async () => {
  const away = ["--folder", "/dev/null/none"];
  for (const [args, status, said] of [
    [["show", "x"], 64, /expected the id of a mail, a number, got "x"/],
    [["show"], 64, /expected envoi outbox show <id>, got 0 arguments/],
    [["settle", "1", "perhaps"], 64, /expected sent or not-sent, got "perhaps"/],
    [["list", "1"], 64, /got 1 arguments after list/],
    [["list", "--state", "lost"], 64, /--state/],
    [["list", "--limit", "many"], 64, /--limit: expected a whole number, got "many"/],
    [["forget", "1"], 64, /forget/],
    [["suppressions", "add"], 64, /expected an address/],
    [["suppressions", "ann@example.org"], 64, /suppressions add/],
    [["suppressions", "import"], 64, /expected one file/],
    [["suppressions", "add", "ann@example.org", "--days", "many"], 64, /--days/],
    [["suppressions", "--reason", "because"], 64, /--reason/],
  ] as const) {
    const ran = await run(["outbox", ...args, ...away]);
    assert.equal(ran.status, status, `${args.join(" ")}: ${ran.errors}`);
    assert.match(ran.errors, said);
  }
});

test("outbox needs a database, and takes no password in its arguments", async () => {
  const none = await run(["outbox", "status"]);
  assert.deepEqual([none.status, /ENVOI_DATABASE/.test(none.errors)], [64, true]);
  const secret = await run(["outbox", "status", "--database", "postgres://shop:s3cret@localhost/shop"]);
  assert.equal(secret.status, 64);
  assert.ok(!secret.errors.includes("s3cret"));
  assert.match(secret.errors, /ENVOI_DATABASE/);
  const away = await run(["outbox", "status"], { ENVOI_DATABASE: "postgres://shop:s3cret@127.0.0.1:1/shop" });
  assert.equal(away.status, 69);
  assert.ok(!away.errors.includes("s3cret"));
  const both = await run(["outbox", "status", "--folder", "x", "--database", "postgres://localhost/shop"]);
  assert.equal(both.status, 64);
});
