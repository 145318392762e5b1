import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import * as modules from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { StubTransport } from "envoi";
import { Outbox } from "envoi/outbox";

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
