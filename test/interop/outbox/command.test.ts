import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Outbox } from "envoi/outbox";
import { TestServer } from "envoi/testing";
import { run } from "../../cli/run.ts";
import { Postgres } from "../postgres.ts";

let folder = "";
let postgres: Postgres;
const ids: string[] = [];
const message = { from: "shop@example.com", subject: "Receipt", text: "Thank you." };

/** A sent mail, an unknown one, and one for tomorrow. */
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "envoi-command-"));
  postgres = await Postgres.start();
  await using server = await TestServer.start();
  const transport = server.transport();
  await using outbox = await Outbox.open({ database: postgres.url, transport });
  server.fail({ at: "final", when: { recipient: /^lost/ }, drop: "before" });
  for (const [to, options] of [
    ["ada@example.org", { tag: "receipt", tenant: "a" }],
    ["lost@example.org", {}],
    ["later@example.org", { at: new Date(Date.now() + 86_400_000), key: "k7" }],
  ] as const)
    ids.push((await outbox.enqueue({ ...message, to }, options)).id);
  const worker = outbox.work();
  for (;;) {
    const { mails } = await outbox.status();
    if (mails.sent === 1 && mails.unknown === 1) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await worker.stop();
  await transport.close({ force: true });
});

after(async () => {
  await rm(folder, { recursive: true, force: true });
  await postgres[Symbol.asyncDispose]();
});

const outbox = (...args: string[]) => run(["outbox", ...args, "--database", postgres.url]);
const json = async (...args: string[]) => JSON.parse((await outbox(...args, "--json")).output);

test("outbox status tells the states, the waits and the outcomes, as text and as JSON", async () => {
  const { status, output } = await outbox("status");
  assert.equal(status, 0);
  assert.match(output, /^waiting +1, 1 of them for later$/m);
  assert.match(output, /^sent +1$/m);
  assert.match(output, /^the last 2 attempts: 1 recipients accepted, 0 refused, 0 not sent, 1 unknown$/m);
  assert.match(output, /^from enqueued to sending: half within /m);
  const { mails, recent, workers } = await json("status");
  assert.deepEqual([mails.unknown, mails.suppressed, recent.attempts, workers], [1, 0, 2, []]);
  assert.ok(recent.wait.p50 <= recent.wait.p95 && recent.duration.p50 > 0);
});

test("outbox list and show tell mails, also as JSON", async () => {
  const { output } = await outbox("list");
  assert.deepEqual(
    output
      .trim()
      .split("\n")
      .map((line) => line.split("  ").slice(0, 2)),
    [
      [ids[0], "sent"],
      [ids[1], "unknown"],
      [ids[2], "waiting"],
    ],
  );
  assert.equal((await outbox("list", "--state", "unknown")).output.split("\n").length, 2);
  assert.equal((await json("list", "--tag", "receipt")).tenant, "a");
  assert.equal((await json("list", "--to", "later@example.org")).key, "k7");
  const limited = await outbox("list", "--limit", "1");
  assert.equal(limited.output.split("\n").length, 2);
  assert.match(limited.errors, /more than 1/);
  const shown = await outbox("show", ids[1] ?? "");
  assert.match(shown.output, /^mail \d+: unknown$/m);
  assert.match(shown.output, /^ {2}lost@example.org: unknown, tried once$/m);
  assert.match(shown.output, /^attempt 1: /m);
  assert.equal((await json("show", ids[0] ?? "")).recipients[0].state, "sent");
});

test("outbox settle, resend and cancel change mails, and say if they cannot", async () => {
  const [sent = "", unknown = "", later = ""] = ids;
  assert.deepEqual(
    [
      (await outbox("settle", sent, "sent")).status,
      (await outbox("settle", unknown, "not-sent")).status,
      (await outbox("cancel", later)).status,
      (await outbox("cancel", later)).status,
      (await outbox("resend", later)).status,
      (await outbox("resend", sent)).status,
      (await outbox("resend", sent, "--to", "ada@example.org")).status,
    ],
    [1, 0, 0, 1, 0, 1, 0],
  );
  assert.match((await outbox("settle", sent, "sent")).errors, /is waiting, not unknown/);
  for (const [args, status] of [
    [["show", "999999"], 66],
    [["show", "x"], 64],
    [["show"], 64],
    [["settle", sent, "perhaps"], 64],
    [["list", sent], 64],
    [["list", "--state", "lost"], 64],
    [["list", "--limit", "many"], 64],
    [["forget", sent], 64],
  ] as const)
    assert.equal((await outbox(...args)).status, status, args.join(" "));
});

test("outbox suppressions lists, adds, removes, exports and imports addresses", async () => {
  assert.equal(
    (await outbox("suppressions", "add", "Ann@example.org", "@example.net", "--days", "7")).status,
    0,
  );
  const { output } = await outbox("suppressions");
  assert.match(output, /^@example\.net {2}manual {2}until \d{4}-\d\d-\d\d {2}all tenants$/m);
  const exported = (await outbox("suppressions", "--json")).output;
  assert.equal(exported.trim().split("\n").length, 2);
  assert.equal((await outbox("suppressions", "remove", "ann@example.org")).status, 0);
  assert.equal((await outbox("suppressions", "remove", "ann@example.org")).status, 1);
  const file = join(folder, "list.jsonl");
  await writeFile(file, `\ufeff# from elsewhere\r\n\r\nbo@example.org\r\n${exported}`);
  const imported = await outbox("suppressions", "import", file, "--reason", "complaint", "--tenant", "a");
  assert.equal(imported.errors, "3 addresses read\n");
  const listed = (await outbox("suppressions", "--json")).output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    listed.map(({ address, tenant, reason, expires }) => [address, tenant, reason, typeof expires]),
    [
      ["@example.net", "", "manual", "string"],
      ["ann@example.org", "", "manual", "string"],
      ["bo@example.org", "a", "complaint", "undefined"],
    ],
  );
  await writeFile(file, "good@example.org\nbad address\n");
  for (const [args, status, said] of [
    [["suppressions", "import", file], 65, /items\[1\]/],
    [["suppressions", "import", join(folder, "none")], 66, /cannot read/],
    [["suppressions", "add"], 64, /expected an address/],
    [["suppressions", "add", "a b"], 64, /items\[0\]/],
    [["suppressions", "ann@example.org"], 64, /suppressions add/],
    [["suppressions", "--reason", "because"], 64, /reason/],
  ] as const) {
    const ran = await outbox(...args);
    assert.equal(ran.status, status, args.join(" "));
    assert.match(ran.errors, said);
  }
});
