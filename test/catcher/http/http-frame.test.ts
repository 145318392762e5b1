import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type TestContext, test } from "node:test";
import { ApiError } from "#src/catcher/http/api-error.js";
import { type FrameApp, type FrameOptions, HttpFrame } from "#src/catcher/http/http-frame.js";
import { type Subscriber, WebSockets } from "#src/catcher/http/web-sockets.js";

/** A frame around an app, and a function that sends octets to it and returns what comes back until the end. */
async function frameOf(t: TestContext, app: Partial<FrameApp>, given: Partial<FrameOptions> = {}) {
  const options: FrameOptions = {
    host: "127.0.0.1",
    port: 0,
    names: [],
    origins: ["http://app.test"],
    auth: undefined,
    maxBody: 100,
    keepAlive: false,
    ...given,
  };
  let loads = 0;
  const frame = new HttpFrame(options, async () => {
    loads++;
    return { fetch: async () => new Response("here"), upgrade: () => false, close: () => {}, ...app };
  });
  await frame.listen(options);
  t.after(() => frame.close());
  const { host, port } = new URL(frame.url);
  const raw = async (...lines: readonly string[]): Promise<string> => {
    const socket = connect(Number(port), "127.0.0.1");
    socket.on("error", () => {});
    socket.end(lines.join("\r\n"));
    const pieces: Buffer[] = [];
    for await (const piece of socket) pieces.push(piece);
    return Buffer.concat(pieces).toString();
  };
  const get = (path: string, ...fields: readonly string[]) =>
    raw(`GET ${path} HTTP/1.1`, `Host: ${host}`, "Connection: close", ...fields, "", "");
  return { frame, url: frame.url, host, port: Number(port), raw, get, loads: () => loads };
}

test("loads the app with the first request that is let in", async (t) => {
  const { get, loads } = await frameOf(t, {});
  assert.match(await get("/", "Origin: http://evil.test"), /^HTTP\/1\.1 403 /);
  assert.equal(loads(), 0);
  await Promise.all([get("/"), get("/")]);
  assert.equal(loads(), 1);
});

test("guards the path that the app reads, not another way to write it", async (t) => {
  const { get } = await frameOf(t, { fetch: async ({ url }) => new Response(new URL(url).pathname) });
  const link = ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"];
  assert.match(await get("/api/../mail/1", ...link), /\r\n\r\n.*\/mail\/1\r\n/s);
  for (const path of [
    "/mail/../api",
    "/mail/%2e%2E/api",
    "/mail/..\\api",
    "/mail/./../api",
    "/\t/../mail/../api",
  ])
    assert.match(await get(path, ...link), /^HTTP\/1\.1 40[03] /, path);
});

test("answers a request that offers HTTP/2, as the client of Java does, with its body", async (t) => {
  const { raw, port } = await frameOf(t, {
    fetch: async (request) => new Response(`got ${request.method} ${await request.text()}`),
  });
  const offer = [
    "Connection: Upgrade, HTTP2-Settings",
    "Upgrade: h2c",
    "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA",
  ];
  const host = `Host: 127.0.0.1:${port}`;
  const json = "Content-Type: application/json";
  assert.match(await raw("GET / HTTP/1.1", host, ...offer, "", ""), /^HTTP\/1\.1 200 .*got GET /s);
  const long = await raw("POST / HTTP/1.1", host, ...offer, json, "Content-Length: 2", "", "{}");
  assert.match(long, /^HTTP\/1\.1 200 .*got POST \{\}/s);
  const pieces = await raw(
    "POST / HTTP/1.1",
    host,
    ...offer,
    json,
    "Transfer-Encoding: chunked",
    "",
    "2",
    "{}",
    "0",
    "",
    "",
  );
  assert.match(pieces, /^HTTP\/1\.1 200 .*got POST \{\}/s);
  assert.match(await raw("GET / HTTP/1.1", "Host: evil.test", ...offer, "", ""), /^HTTP\/1\.1 421 /);
});

test("refuses TRACE, and a port that no host has", async (t) => {
  const { raw, host } = await frameOf(t, {});
  const end = ["Connection: close", "", ""];
  assert.match(await raw("TRACE / HTTP/1.1", `Host: ${host}`, ...end), /^HTTP\/1\.1 405 /);
  assert.match(await raw("GET / HTTP/1.1", "Host: localhost:70000", ...end), /^HTTP\/1\.1 421 /);
});

test("puts safe headers on every answer, and lets the app replace them", async (t) => {
  const { url, get } = await frameOf(t, {
    fetch: async () => new Response("x", { headers: { "content-security-policy": "default-src 'self'" } }),
  });
  const answer = await fetch(url);
  assert.equal(answer.headers.get("content-security-policy"), "default-src 'self'");
  assert.equal(answer.headers.get("cross-origin-resource-policy"), "same-origin");
  const refused = await get("/", "Host: evil.test");
  assert.match(refused, /^HTTP\/1\.1 400 /);
  const other = await get("/", "Sec-Fetch-Site: cross-site");
  assert.match(other, /content-security-policy: default-src 'none'/i);
  assert.match(other, /x-content-type-options: nosniff/i);
});

test("answers with the status and the text of an ApiError, and says nothing of other errors", async (t) => {
  const errors = [new ApiError("no such mail", 404), new Error("secret"), "secret"];
  const { url } = await frameOf(t, {
    fetch: async () => {
      throw errors.shift();
    },
  });
  for (const [status, text] of [
    [404, "no such mail"],
    [500, "the catcher failed"],
    [500, "the catcher failed"],
  ] as const) {
    const answer = await fetch(url);
    assert.deepEqual([answer.status, await answer.text()], [status, text]);
    assert.equal(answer.headers.get("content-type"), "text/plain; charset=utf-8");
  }
});

test("gives the app a body up to its limit, and refuses a larger one, however it is sent", async (t) => {
  const bodies: string[] = [];
  const { url, raw, host } = await frameOf(t, {
    fetch: async (request) => {
      bodies.push(await request.text());
      return new Response("ok");
    },
  });
  const send = (body: string) =>
    fetch(url, { method: "POST", body, headers: { "content-type": "application/json" } });
  assert.equal((await send("x".repeat(100))).status, 200);
  assert.equal((await send("x".repeat(101))).status, 413);
  const chunk = `3c\r\n${"y".repeat(60)}`;
  const head = [
    "POST / HTTP/1.1",
    `Host: ${host}`,
    "Content-Type: application/json",
    "Transfer-Encoding: chunked",
    "",
  ];
  assert.match(await raw(...head, chunk, chunk, "0", "", ""), /^HTTP\/1\.1 413 /);
  assert.deepEqual(bodies, ["x".repeat(100)]);
});

test("lets allowed origins read answers, and asks no login of their first question", async (t) => {
  const { get, raw, host } = await frameOf(t, {}, { auth: { user: "jo", password: "x" } });
  const ask = [
    "Origin: http://app.test",
    "Access-Control-Request-Method: DELETE",
    "Connection: close",
    "",
    "",
  ];
  const preflight = await raw("OPTIONS /api/v1/messages HTTP/1.1", `Host: ${host}`, ...ask);
  assert.match(preflight, /^HTTP\/1\.1 204 /);
  assert.match(preflight, /access-control-allow-origin: http:\/\/app\.test/i);
  assert.match(preflight, /access-control-allow-methods: .*DELETE/i);
  const basic = `Authorization: Basic ${Buffer.from("jo:x").toString("base64")}`;
  const allowed = await get("/", "Origin: http://app.test", "Sec-Fetch-Site: cross-site", basic);
  assert.match(allowed, /^HTTP\/1\.1 200 [\s\S]*access-control-allow-origin: http:\/\/app\.test/i);
  assert.match(await get("/", "Origin: http://app.test"), /^HTTP\/1\.1 401 [\s\S]*www-authenticate: Basic/i);
  assert.doesNotMatch(await get("/", basic), /access-control-allow/i);
});

test("closes a connection that speaks no HTTP, and continues", async (t) => {
  const { raw, url } = await frameOf(t, {});
  assert.match(await raw("EHLO evil.test", "", ""), /^HTTP\/1\.1 400 /);
  assert.match(await raw("GET / HTTP/1.1", `Host: ${"x".repeat(20_000)}`, "", ""), /^HTTP\/1\.1 431 /);
  assert.match(
    await raw("GET http://evil.test/ HTTP/1.1", "Host: 127.0.0.1", "Connection: close", "", ""),
    / 400 /,
  );
  assert.equal((await fetch(url)).status, 200);
});

test("tells the app when a client has gone", async (t) => {
  let gone: () => void = () => {};
  const left = new Promise<void>((resolve) => (gone = resolve));
  let began: () => void = () => {};
  const asked = new Promise<void>((resolve) => (began = resolve));
  const { port, host } = await frameOf(t, {
    fetch: (request) =>
      new Promise(() => {
        request.signal.addEventListener("abort", () => gone());
        began();
      }),
  });
  const socket = connect(port, "127.0.0.1");
  socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  await asked;
  socket.destroy();
  await left;
});

/** The head of a request for a WebSocket. */
function opening(host: string, path: string, ...fields: readonly string[]): string {
  const key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
  const upgrade = ["Upgrade: websocket", "Connection: Upgrade", key, "Sec-WebSocket-Version: 13"];
  return [`GET ${path} HTTP/1.1`, `Host: ${host}`, ...upgrade, ...fields, "", ""].join("\r\n");
}

async function socketsOf(t: TestContext) {
  const sockets = new WebSockets();
  const subscribers: Subscriber[] = [];
  sockets.serve("/api/events", (subscriber) => subscribers.push(subscriber));
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) =>
    sockets.upgrade(request, socket, head);
  const made = await frameOf(t, { upgrade, close: () => sockets.close() });
  const open = async (...fields: readonly string[]): Promise<{ socket: Socket; status: string }> => {
    const socket = connect(made.port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write(opening(made.host, "/api/events?x=1", ...fields));
    const [first] = (await once(socket, "data")) as [Buffer];
    return { socket, status: first.toString().slice(9, 12) };
  };
  return { ...made, open, subscribers };
}

test("opens a WebSocket only for its own page, allowed ones and programs", async (t) => {
  const { open, raw, host } = await socketsOf(t);
  for (const fields of [[], [`Origin: http://${host}`], ["Origin: http://app.test"]]) {
    const { socket, status } = await open(...fields);
    assert.equal(status, "101");
    socket.destroy();
  }
  for (const origin of ["http://evil.test", "http://127.0.0.1:3000", `https://${host}`, "null", "file://"]) {
    const { socket, status } = await open(`Origin: ${origin}`);
    assert.equal(status, "403", origin);
    socket.destroy();
  }
  assert.match(await raw(opening("evil.test", "/api/events")), /^HTTP\/1\.1 421 /);
  assert.match(await raw(opening(host, "/api/other")), /^HTTP\/1\.1 404 /);
});

test("sends to a subscriber, and tells when it has gone", async (t) => {
  const { open, subscribers } = await socketsOf(t);
  const { socket } = await open();
  const [subscriber] = subscribers;
  assert.ok(subscriber);
  const gone = new Promise<void>((resolve) => subscriber.onClosed(resolve));
  subscriber.send("one");
  subscriber.send("two");
  let received = "";
  while (!received.endsWith("two"))
    received += ((await once(socket, "data"))[0] as Buffer).toString("latin1");
  assert.equal(received, "\x81\x03one\x81\x03two");
  socket.destroy();
  await gone;
  subscriber.send("three");
});

test("drops a subscriber that stops reading", async (t) => {
  const { open, subscribers } = await socketsOf(t);
  const { socket } = await open();
  socket.pause();
  const [subscriber] = subscribers;
  assert.ok(subscriber);
  let dropped = false;
  const closed = new Promise<void>((resolve) =>
    subscriber.onClosed(() => {
      dropped = true;
      resolve();
    }),
  );
  const text = "x".repeat(100_000);
  for (let count = 0; count < 1000 && !dropped; count++) {
    subscriber.send(text);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await closed;
  socket.destroy();
});

test("ends a subscriber that sends more than it may", async (t) => {
  const { open, subscribers } = await socketsOf(t);
  const { socket } = await open();
  const [subscriber] = subscribers;
  assert.ok(subscriber);
  const gone = new Promise<void>((resolve) => subscriber.onClosed(resolve));
  // A masked frame of 64 kB, of which only the length arrives.
  socket.write(Buffer.from([0x81, 0xfe, 0xff, 0xff, 1, 2, 3, 4]));
  await gone;
});
