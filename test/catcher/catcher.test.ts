import assert from "node:assert/strict";
import { test } from "node:test";
import { Catcher } from "#src/catcher/catcher.js";
import { caughtBy } from "#src/testing/messages/captured-messages.js";
import { TestServer } from "#src/testing/test-server.js";

test("shows its addresses, answers with safe headers, and closes its server", async () => {
  const catcher = await Catcher.start();
  const { server, url, smtpUrl } = catcher;
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.equal(smtpUrl, server.url);
  const answer = await fetch(`${url}/nothing`);
  assert.equal(answer.status, 404);
  assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
  assert.match(answer.headers.get("content-security-policy") ?? "", /default-src 'none'/);
  await catcher.close();
  assert.deepEqual([catcher.url, catcher.smtpUrl], [url, smtpUrl]);
  await assert.rejects(fetch(url));
  await assert.rejects(server.transport().send({ from: "a@a.test", to: "b@b.test", text: "Hi" }));
});

test("attaches to a server that runs already, and does not close it", async () => {
  await using server = await TestServer.start();
  const catcher = await Catcher.start({ server });
  assert.equal(catcher.server, server);
  await catcher.close();
  await server.transport().send({ from: "a@a.test", to: "b@b.test", text: "Hi" });
  assert.equal(server.messages.length, 1);
});

test("leaves nothing at a server that goes on, however many catchers were attached to it and used", async () => {
  await using server = await TestServer.start();
  const caught = caughtBy(server);
  assert.ok(caught);
  const observe = caught.observe.bind(caught);
  const observing = new Set<object>();
  caught.observe = (observer) => {
    observing.add(observer);
    const end = observe(observer);
    return () => {
      observing.delete(observer);
      end();
    };
  };
  for (let round = 0; round < 3; round++) {
    const catcher = await Catcher.start({ server });
    assert.equal((await fetch(`${catcher.url}/api/v1/messages`)).status, 200);
    assert.equal((await fetch(`${catcher.url}/api/lab/messages`)).status, 200);
    assert.ok(observing.size > 0);
    await catcher.close();
    assert.equal(observing.size, 0, `after catcher ${round + 1}`);
  }
});
