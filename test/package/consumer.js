import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, run } from "./project.js";

/** Writes the consumer (see consumer.ts) as an ES module or as CommonJS, and returns its name. */
export function writeConsumer(folder, format) {
  mkdirSync(folder, { recursive: true });
  const source = readFileSync(join(root, ".build", "test", "package", "consumer.js"), "utf8");
  const name = format === "esm" ? "consumer.mjs" : "consumer.cjs";
  const text = format === "esm" ? source : asCommonJs(source);
  writeFileSync(join(folder, name), text);
  return name;
}

function asCommonJs(source) {
  const text = source.replace(/^import (\{[^}]*\}) from ("[^"]+");$/gm, "const $1 = require($2);");
  assert.ok(!/^import /m.test(text));
  return text;
}

/** Runs the consumer: it sends, logs in over TLS, and catches its own mail. */
export async function sends(folder, command, args) {
  const output = await run(folder, command, args);
  assert.equal(output.trim(), "sent and caught");
}
