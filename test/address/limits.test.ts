import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";

/** Inputs for which a quadratic or recursive reader takes minutes or overflows the stack. */
const inputs: [what: string, input: string, fate: "refused" | "read"][] = [
  ["nested groups", "'g:'.repeat(10_000)", "refused"],
  ["a list that ends in a comma", "'a@b.com,'.repeat(200_000)", "read"],
  ["separators", "',;'.repeat(500_000)", "refused"],
  ["empty elements", "',;(c) '.repeat(500_000) + 'a@b.com'", "read"],
  ["a long list", "'a@b.com,'.repeat(200_000) + 'a@b.com'", "read"],
  ["domains glued by comments", "'a@b' + '(c)@b'.repeat(120_000)", "refused"],
  ["literals", "'[x]'.repeat(40_000)", "refused"],
  ["open comments", "'('.repeat(1e6)", "refused"],
  ["nested comments", "'('.repeat(1e6) + ')'.repeat(1e6) + 'a@b.com'", "read"],
  ["backslashes", "'\"' + '\\\\'.repeat(1e6)", "refused"],
  ["quoted pairs", "'\"' + '\\\\'.repeat(1e6) + '\" <a@b.com>'", "read"],
  ["angle brackets", "'<'.repeat(500_000)", "refused"],
  ["words", "'a '.repeat(1e6) + '<a@b.com>'", "read"],
  ["quoted words", "'\"a\" '.repeat(500_000) + '<a@b.com>'", "read"],
  ["comments between words", "'(c)a'.repeat(300_000) + '<a@b.com>'", "read"],
  ["an atom", "'a'.repeat(5e6)", "refused"],
  ["dots in a local part", "'a.'.repeat(2e6) + '@b.com'", "refused"],
  ["labels", "'a@' + 'a.'.repeat(2e6) + 'com'", "refused"],
  ["an international label", "'a@' + 'é'.repeat(2e6)", "refused"],
  ["soft hyphens", "'a@' + '\\u00ad'.repeat(2e6) + 'b.com'", "refused"],
  ["hyphens", "'a@a' + '-'.repeat(2e6)", "refused"],
  ["colons in a literal", "'a@[IPv6:' + ':'.repeat(2e6) + ']'", "refused"],
  ["digits in a literal", "'a@[' + '1'.repeat(2e6) + ']'", "refused"],
];

test("no input takes more than linear time or a deep stack", { timeout: 20_000 }, async () => {
  // In a worker with a small stack, so that neither a slow nor a deep reader can hang or hide in this process.
  const program = `
    import { parentPort } from "node:worker_threads";
    import { Mailboxes } from ${JSON.stringify(import.meta.resolve("#src/address/mailboxes.js"))};
    import { Mailbox } from ${JSON.stringify(import.meta.resolve("#src/address/mailbox.js"))};
    const fates = [${inputs.map(([, input]) => input).join(",")}].map((text) => {
      for (const parse of [Mailbox.parse, Mailboxes.parse]) {
        try { parse(text); } catch (error) { if (error.name !== "AddressError") return String(error); continue; }
        return "read";
      }
      return "refused";
    });
    parentPort.postMessage(fates);
  `;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`), {
    resourceLimits: { stackSizeMb: 1 },
  });
  const fates = await new Promise((resolve, reject) => {
    worker.once("message", resolve).once("error", reject);
  });
  await worker.terminate();
  assert.deepEqual(
    fates,
    inputs.map(([, , fate]) => fate),
  );
});
