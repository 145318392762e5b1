import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { pageFile, pagePolicy } from "#src/catcher/page-files.js";

async function text(path: string): Promise<string> {
  const file = await pageFile(path);
  assert.ok(file !== undefined, `${path} is missing`);
  return file.text;
}

describe("the files of the page", () => {
  test("are all there that the page at / names, by relative addresses", async () => {
    const html = await text("/");
    const named = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address = ""]) => address);
    assert.ok(named.length >= 3);
    for (const address of named) {
      assert.match(address, /^\.\//);
      assert.notEqual(await text(address.slice(1)), "");
    }
  });

  test("have types that browsers accept with nosniff", async () => {
    for (const [path, type] of [
      ["/", "text/html; charset=utf-8"],
      ["/page.js", "text/javascript; charset=utf-8"],
      ["/page.css", "text/css; charset=utf-8"],
      ["/icon.svg", "image/svg+xml"],
    ] as const)
      assert.equal((await pageFile(path))?.type, type);
  });

  test("obey the policy: no script, style or handler is inline, and no other host is named", async () => {
    const html = await text("/");
    assert.doesNotMatch(html, /<script(?![^>]*\ssrc=)/);
    assert.doesNotMatch(html, /<style|\sstyle=|\son\w+=/);
    for (const path of ["/", "/page.css"]) assert.doesNotMatch(await text(path), /\bhttps?:|url\(["']?\/\//);
    assert.match(pagePolicy, /^default-src 'none'; /);
    assert.doesNotMatch(pagePolicy, /unsafe|\*|https?:/);
  });

  test("are at most 60 kB of script, gzipped", async () => {
    assert.ok(gzipSync(await text("/page.js")).length < 60_000);
  });

  for (const path of [
    "/nothing.js",
    "/../package.json",
    "/__proto__",
    "__proto__",
    "/constructor",
    "",
    "/page.js\0",
  ])
    test(`are found only by their own path, not by ${JSON.stringify(path)}`, async () => {
      assert.equal(await pageFile(path), undefined);
    });
});
