// What has hurt mail catchers: an advisory each.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { WebSocket } from "ws";
import { startCatcher } from "./mails.js";

/** A server that counts who connects to it. */
async function bait() {
  let requests = 0;
  const server = createServer((_, response) => {
    requests++;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    get requests() {
      return requests;
    },
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}

test("fetches nothing for the HTML check or a view, also no style sheets (GHSA-mpf7-p9x7-96r3)", async () => {
  await using target = await bait();
  await using box = await startCatcher({ linkCheck: true });
  const { url } = target;
  const html = `<link rel="stylesheet" href="${url}/a.css"><style>@import url(${url}/b.css); p { background: url(${url}/c) }</style>
    <body background="${url}/d"><img src="${url}/e"><iframe src="${url}/f"></iframe><p>x</p>`;
  const id = await box.deliver(`From: a@a.test\nContent-Type: text/html\n\n${html}\n`);
  for (const path of [
    `/api/v1/message/${id}/html-check`,
    `/view/${id}.html`,
    `/view/${id}.html?embed=1`,
    `/api/v1/message/${id}`,
  ])
    assert.equal((await box.fetch(path)).status, 200, path);
  assert.equal(target.requests, 0);
});

test("checks no links inside of this network (GHSA-j3fj-qppj-fmmc, GHSA-w4mc-hhc6-xp28)", async () => {
  await using target = await bait();
  await using box = await startCatcher({ linkCheck: true });
  const { port } = new URL(target.url);
  const hosts = [
    "127.0.0.1",
    "localhost",
    "localhost.",
    "[::ffff:127.0.0.1]",
    "0x7f000001",
    "0",
    "127.1",
    "[::]",
  ];
  const links = hosts.map((host) => `http://${host}:${port}/`);
  await box.deliver(`From: a@a.test\nSubject: x\n\n${links.map((link) => `<${link}>`).join("\n")}\n`);
  const { Links } = await box.json<{ Links: { URL: string; StatusCode: number }[] }>(
    "/api/v1/message/latest/link-check?follow=1",
  );
  assert.deepEqual(
    Links.map(({ URL }) => URL),
    links,
  );
  for (const { URL, StatusCode } of Links)
    assert.ok(StatusCode === 451 || StatusCode === 0, `${URL} ${StatusCode}`);
  assert.equal(target.requests, 0);
});

test("opens no WebSocket for other pages (GHSA-8r62-w5wh-fc5m)", async () => {
  await using box = await startCatcher();
  const url = `${box.catcher.url.replace("http", "ws")}/api/events`;
  for (const origin of ["http://evil.test", "null", "http://127.0.0.1:1", "https://localhost"]) {
    const socket = new WebSocket(url, { origin });
    const status = await new Promise((resolve) => {
      socket.on("unexpected-response", (_, response) => resolve(response.statusCode));
      socket.on("open", () => resolve("open"));
      socket.on("error", () => {});
    });
    assert.equal(status, 403, origin);
    socket.terminate();
  }
});

test("reads no file by the id of a mail (GHSA-qx5x-85p8-vg4j)", async () => {
  await using box = await startCatcher();
  for (const id of [
    "..%2f..%2f..%2fetc%2fpasswd",
    "%2fetc%2fpasswd",
    "....//etc/passwd",
    "..\\..\\x",
    "x%00.eml",
  ]) {
    for (const path of [`/api/v1/message/${id}/raw`, `/api/v1/messages/${id}/download`, `/view/${id}.txt`]) {
      const response = await box.fetch(path);
      assert.equal(response.status, 404, path);
      assert.doesNotMatch(await response.text(), /root:/);
    }
  }
});

test("takes no image apart, however large it says it is (GHSA-75mr-qw9x-3r39)", async () => {
  await using box = await startCatcher();
  const bomb = hugePng();
  const id = await box.deliver(
    `From: a@a.test\nContent-Type: image/png; name=a.png\nContent-Transfer-Encoding: base64\n\n${bomb.toString("base64").replace(/.{76}/g, "$&\n")}\n`,
  );
  const thumb = await box.fetch(`/api/v1/message/${id}/part/0/thumb`);
  assert.deepEqual(Buffer.from(await thumb.arrayBuffer()), bomb);
});

test("never takes a command of SMTP out of a request or a mail (fixed in mailpit 1.31)", async () => {
  await using box = await startCatcher();
  const injected = "jo@a.test>\r\nMAIL FROM:<evil@a.test";
  assert.match(
    await box.text("/api/v1/send", "POST", {
      From: { Email: injected },
      To: [{ Email: "b@b.test" }],
      Text: "x",
    }),
    /^400 /,
  );
  assert.match(
    await box.text("/api/v1/send", "POST", {
      From: { Email: "a@a.test" },
      To: [{ Email: injected }],
      Text: "x",
    }),
    /^400 /,
  );
  assert.equal((await box.json<{ total: number }>("/api/v1/messages")).total, 0);
});

/** A small PNG that claims to have ten thousand million pixels. */
function hugePng(): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    // Nobody here checks the sum.
    return Buffer.concat([length, Buffer.from(type), data, Buffer.alloc(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(100_000, 0);
  header.writeUInt32BE(100_000, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const pixels = deflateSync(Buffer.alloc(100_000));
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("IDAT", pixels),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}
