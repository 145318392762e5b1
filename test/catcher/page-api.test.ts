import assert from "node:assert/strict";
import { test } from "node:test";
import { Catcher } from "#src/catcher/catcher.js";
import { pagePaths, pagePolicy } from "#src/catcher/page-files.js";

test("the catcher serves the page, under a policy that lets only its own script run", async () => {
  await using catcher = await Catcher.start();
  for (const path of pagePaths) {
    const answer = await fetch(catcher.url + path);
    assert.equal(answer.status, 200, path);
    assert.equal(answer.headers.get("content-security-policy"), pagePolicy);
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
    assert.notEqual(await answer.text(), "");
  }
});

test("the catcher serves nothing else of the page", async () => {
  await using catcher = await Catcher.start();
  for (const path of ["/index.html", "/main.tsx", "/..%2fpackage.json", "/page.js/x"])
    assert.equal((await fetch(catcher.url + path)).status, 404, path);
});

test("the catcher tells the page where mail must be sent to", async () => {
  await using catcher = await Catcher.start();
  assert.deepEqual(await (await fetch(`${catcher.url}/page.json`)).json(), { smtpUrl: catcher.smtpUrl });
});
