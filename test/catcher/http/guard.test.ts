import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "#src/catcher/http/api-error.js";
import { Guard } from "#src/catcher/http/guard.js";

const guard = new Guard({ names: ["mail.dev.test"], origins: ["https://app.test"], auth: undefined });

/** The status with which a request is refused; 0 if it is let in. */
function statusOf(
  headers: Readonly<Record<string, string>>,
  method = "GET",
  target = "/api/v1/messages",
): number {
  const all = { host: "127.0.0.1:8025", ...headers };
  const rawHeaders = Object.entries(all).flat();
  try {
    guard.check({ method, target, headers: all, rawHeaders });
    return 0;
  } catch (error) {
    assert.ok(error instanceof ApiError);
    return error.status;
  }
}

const hosts = {
  in: [
    "127.0.0.1:8025",
    "127.0.0.1",
    "[::1]:8025",
    "[fe80::1]",
    "192.0.2.7:1",
    "localhost",
    "LOCALHOST:8025",
    "catcher",
    "mail_pit:80",
    "Mail.Dev.test:8025",
  ],
  out: [
    "evil.test",
    "evil.test:8025",
    "127.0.0.1.evil.test",
    "localhost.evil.test",
    "sub.mail.dev.test",
    "mail.dev.test.",
    "127.0.0.1.",
    "[evil.test]",
    "[::1",
    "a@127.0.0.1",
    "127.0.0.1:8025:1",
    "127.0.0.1:65536",
    "127.0.0.1/x",
    "",
    "loc\u0000alhost",
  ],
};

for (const host of hosts.in) {
  test(`lets in a request to the host ${host}`, () => {
    assert.equal(statusOf({ host }), 0);
  });
}

for (const host of hosts.out) {
  test(`refuses a request to the host ${JSON.stringify(host)}`, () => {
    assert.equal(statusOf({ host }), 421);
  });
}

test("refuses a request with two hosts, or with a URL instead of a path", () => {
  const headers = { host: "127.0.0.1" };
  const twice = {
    method: "GET",
    target: "/",
    headers,
    rawHeaders: ["Host", "127.0.0.1", "HOST", "evil.test"],
  };
  assert.throws(() => guard.check(twice), { status: 400 });
  assert.equal(statusOf({}, "GET", "http://evil.test/"), 400);
});

test("lets in its own origin and the allowed ones, and refuses others", () => {
  assert.equal(statusOf({ origin: "http://127.0.0.1:8025" }), 0);
  assert.equal(statusOf({ origin: "https://app.test", "sec-fetch-site": "cross-site" }), 0);
  for (const origin of [
    "null",
    "http://127.0.0.1:3000",
    "https://127.0.0.1:8025",
    "http://evil.test",
    "",
    "file://",
  ])
    assert.equal(statusOf({ origin }), 403, origin);
});

test("refuses loads by other sites, except the opening of the page", () => {
  const open = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
  for (const site of ["cross-site", "same-site", "something-new"]) {
    assert.equal(statusOf({ "sec-fetch-site": site }), 403, site);
    assert.equal(statusOf({ "sec-fetch-site": site, ...open }), 403, site);
    assert.equal(statusOf({ "sec-fetch-site": site, ...open }, "GET", "/"), 0, site);
    assert.equal(statusOf({ "sec-fetch-site": site, ...open }, "GET", "/mail/abc?x=1"), 0, site);
    assert.equal(statusOf({ "sec-fetch-site": site, ...open }, "POST", "/"), 403, site);
    const framed = { ...open, "sec-fetch-dest": "iframe" };
    assert.equal(statusOf({ "sec-fetch-site": site, ...framed }, "GET", "/"), 403, site);
  }
  for (const site of ["same-origin", "none"]) assert.equal(statusOf({ "sec-fetch-site": site }), 0, site);
});

test("refuses bodies that are not JSON", () => {
  const length = { "content-length": "2" };
  assert.equal(statusOf({ ...length, "content-type": "application/json" }, "POST"), 0);
  assert.equal(statusOf({ ...length, "content-type": "Application/JSON; charset=utf-8" }, "POST"), 0);
  assert.equal(statusOf({}, "DELETE"), 0);
  assert.equal(statusOf({ "content-length": "0" }, "POST"), 0);
  for (const type of [
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/json5",
    "multipart/form-data",
  ])
    assert.equal(statusOf({ ...length, "content-type": type }, "POST"), 415, type);
  assert.equal(statusOf(length, "POST"), 415);
  assert.equal(statusOf({ "transfer-encoding": "chunked" }, "POST"), 415);
  assert.equal(statusOf({ "content-type": "text/plain", "content-length": "0" }, "POST"), 415);
});

test("asks for the login, except for what shows that it runs", () => {
  const locked = new Guard({
    names: [],
    origins: ["https://app.test"],
    auth: { user: "jo", password: "a:ü" },
  });
  const check = (authorization?: string, target = "/", method = "GET", origin?: string) => {
    const headers = { host: "localhost", ...(authorization && { authorization }), ...(origin && { origin }) };
    return () => locked.check({ method, target, headers, rawHeaders: ["Host", "localhost"] });
  };
  const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
  assert.doesNotThrow(check(basic("jo:a:ü")));
  assert.doesNotThrow(check(undefined, "/livez"));
  assert.doesNotThrow(check(undefined, "/readyz?x"));
  assert.doesNotThrow(check(undefined, "/api/v1/messages", "OPTIONS", "https://app.test"));
  for (const wrong of [
    undefined,
    "",
    "Basic",
    basic("jo:a"),
    basic("jo"),
    basic(":"),
    "Bearer x",
    "Basic %%",
  ])
    assert.throws(check(wrong), { status: 401 }, wrong);
  assert.throws(check(undefined, "/livezz"), { status: 401 });
});
