import assert from "node:assert/strict";
import { test } from "node:test";
import { Catcher } from "#src/catcher/catcher.js";
import type { CatcherOptions } from "#src/catcher/options/catcher-options.js";
import { TestServer } from "#src/testing/test-server.js";

async function refused(options: unknown, message: RegExp): Promise<void> {
  await assert.rejects(Catcher.start(options as CatcherOptions), { kind: "configuration", message });
}

test("refuses options that do not exist or are not what they must be", async () => {
  await refused({ htp: {} }, /there is no "htp"; the nearest is http/);
  await refused({ http: { origin: "x" } }, /http: there is no "origin"/);
  await refused({ http: { port: "80" } }, /http\.port: expected/);
  await refused({ http: { names: ["a b"] } }, /http\.names\[0\]: expected a host name/);
  await refused({ http: { names: ["a.test:80"] } }, /http\.names\[0\]/);
  for (const origin of ["app.test", "https://app.test/path", "null", "https://app.test?x"])
    await refused({ http: { origins: [origin] } }, /http\.origins\[0\]: expected an origin/);
  await refused(
    { http: { auth: { user: "a:b", password: "x" } } },
    /http\.auth\.user: must not contain a colon/,
  );
  await refused({ http: { auth: { user: "a" } } }, /http\.auth\.password/);
  await refused({ smtp: { keep: {} } }, /smtp: there is no "keep"/);
  await refused({ smtp: { tls: "yes" } }, /smtp\.tls: expected/);
  await refused({ max: 0 }, /max: expected/);
  await refused({ relay: "relay.test" }, /expected/);
  await refused(
    { relay: { url: "smtp://relay.test", recipients: ["x"] } },
    /relay\.recipients\[0\]: expected an address/,
  );
  await refused({ webhook: "ftp://x.test/" }, /webhook: expected a URL/);
  for (const login of ["jo:50%", "%ff:x", "j%3ao:x", "jo:%00"])
    await refused({ webhook: `http://${login}@x.test/` }, /webhook: .*(?:percent-encoded|RFC 7617)/);
  await refused({ server: {} }, /server: expected a TestServer/);
  await refused({ linkCheck: "yes" }, /linkCheck: expected true or false/);
});

test("refuses options for a server beside a server", async () => {
  await using server = await TestServer.start();
  await refused({ server, smtp: { port: 0 } }, /smtp: cannot be used with server/);
});

test("listens where other machines can reach it only with a login, or if that is wanted", async () => {
  for (const host of ["0.0.0.0", "::", "192.0.2.1", "fe80::1"]) {
    await refused({ http: { host } }, /http\.host: other machines can reach/);
    await refused({ smtp: { host } }, /smtp\.host: other machines can reach/);
    await refused(
      { smtp: { listeners: [{ port: 0 }, { host }] } },
      /smtp\.listeners\[1\]\.host: other machines/,
    );
  }
  const auth = { user: "jo", password: "secret" };
  for (const options of [
    { http: { host: "0.0.0.0", auth }, smtp: { host: "0.0.0.0" } },
    { http: { host: "0.0.0.0" }, public: true },
  ]) {
    await using catcher = await Catcher.start(options);
    assert.match(catcher.url, /^http:\/\/127\.0\.0\.1:/);
    const status = "auth" in options.http ? 401 : 404;
    assert.equal((await fetch(`${catcher.url}/nothing`)).status, status);
    const answer = await fetch(`${catcher.url}/nothing`, {
      headers: { authorization: `Basic ${Buffer.from("jo:secret").toString("base64")}` },
    });
    assert.equal(answer.status, 404);
  }
  await using named = await Catcher.start({ http: { host: "localhost" }, smtp: { host: "localhost" } });
  assert.match(named.url, /127\.0\.0\.1|::1/);
});

test("says that a port is in use, and leaves nothing behind", async () => {
  await using first = await Catcher.start();
  const port = Number(new URL(first.url).port);
  await assert.rejects(Catcher.start({ http: { port } }), {
    kind: "connection",
    message: /something listens there/,
  });
  await assert.rejects(Catcher.start({ smtp: { port: first.server.port } }), { kind: "connection" });
});

test("shows the URL of the SMTP server without the login", async () => {
  await using catcher = await Catcher.start({
    smtp: { users: { "a@b": "se/cret" }, allowPlaintextCredentials: true },
  });
  assert.match(catcher.server.url, /a%40b:se%2Fcret@/);
  assert.match(catcher.smtpUrl, /^smtp:\/\/127\.0\.0\.1:\d+$/);
});
