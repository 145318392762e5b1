import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import * as modules from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { StubTransport } from "envoi";
import { Outbox } from "envoi/outbox";
import { until } from "../contract/outbox-contract.ts";

// Not in the types of Node 20.
const { registerHooks } = modules as unknown as {
  registerHooks(hooks: { resolve(specifier: string, context: object, next: Next): unknown }): void;
};
type Next = (specifier: string, context: object) => unknown;
/** What is in the place of the package. */
let installed: string | undefined;
registerHooks({
  resolve(specifier, context, next) {
    if (!/^pg-boss(?:$|\/)/.test(specifier)) return next(specifier, context);
    if (installed !== undefined) return { url: installed, shortCircuit: true };
    throw Object.assign(new Error(`Cannot find package '${specifier}'`), { code: "ERR_MODULE_NOT_FOUND" });
  },
});

test("work refuses without pg-boss, or with an old one, and whoever only enqueues does not need it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "envoi-outbox-"));
  const receipt = { from: "shop@example.com", to: "ada@example.org", subject: "Receipt", text: "Thank you." };
  const open = () => Outbox.open({ database: { folder }, transport: StubTransport.ok() });
  {
    await using outbox = await open();
    assert.throws(() => outbox.work(), { kind: "configuration", message: /pg-boss.*npm install pg-boss/ });
    assert.equal((await outbox.enqueue(receipt)).duplicate, false);
  }
  installed = `data:application/json,${encodeURIComponent('{ "version": "11.1.2" }')}`;
  {
    await using outbox = await open();
    assert.throws(() => outbox.work(), {
      kind: "configuration",
      message: /got 11\.1\.2.*npm install pg-boss/,
    });
    assert.equal((await outbox.status()).mails.waiting, 1);
  }
  await rm(folder, { recursive: true });
});

test("a worker goes on if pg-boss cannot be loaded, and a warning says why", async () => {
  installed = `data:application/json,${encodeURIComponent('{ "version": "12.0.0" }')}`;
  const folder = await mkdtemp(join(tmpdir(), "envoi-outbox-"));
  const transport = StubTransport.ok();
  {
    await using outbox = await Outbox.open({ database: { folder }, transport });
    const warned = once(process, "warning") as Promise<Error[]>;
    await using worker = outbox.work();
    const [warning] = await warned;
    // JSON is no module without an attribute.
    assert.match(
      warning?.message ?? "",
      /needs the package pg-boss, which cannot be loaded.*does its work itself/s,
    );
    await outbox.enqueue({ from: "shop@example.com", to: "ada@example.org", subject: "Receipt", text: "x" });
    await until(
      async () => (await outbox.status()).mails.sent,
      (sent) => sent === 1,
    );
    await worker.stop();
  }
  await rm(folder, { recursive: true });
});
