import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { checkLinks } from "#src/catcher/link-check/link-check.js";
import { LinkProbe } from "#src/catcher/link-check/link-probe.js";
import { webLinks } from "#src/catcher/link-check/web-links.js";
import { startCatcher } from "../mailpit/mails.js";

const never = new AbortController().signal;

/** A web server of this machine. */
async function web(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

test("refuses what is not public, after resolving and after each redirect", async () => {
  const probe = new LinkProbe({
    resolve: async (host) => (host === "rebound.test" ? ["127.0.0.1"] : ["1.1.1.1", "10.0.0.1"]),
  });
  const links = [
    "http://127.0.0.1/",
    "http://[::1]/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://127.1:1/",
    "http://[::ffff:10.0.0.1]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://rebound.test/",
    "https://mixed.test/",
  ];
  for (const link of links)
    assert.deepEqual(
      await probe.probe(link, true, never),
      { status: 451, text: "Blocked private/reserved address" },
      link,
    );
  for (const link of ["file:///etc/passwd", "ftp://a.test/", "javascript:alert(1)", "http://", "x"])
    assert.equal((await probe.probe(link, true, never)).status, 0, link);
});

test("connects to the address that was checked, and resolves a name once", async () => {
  await using server = await web((_, response) => response.end());
  let asked = 0;
  const resolve = async () => {
    asked++;
    return asked === 1 ? ["127.0.0.1"] : ["127.0.0.2"];
  };
  const checked: string[] = [];
  const allows = (address: string) => {
    checked.push(address);
    return address === "127.0.0.1";
  };
  const probe = new LinkProbe({ resolve, allows });
  assert.deepEqual(await probe.probe(`http://shop.test:${server.port}/x?y=1`, false, never), {
    status: 200,
    text: "OK",
  });
  assert.equal(asked, 1);
  assert.deepEqual(checked, ["127.0.0.1"]);
  const [request] = server.requests;
  assert.deepEqual(
    [request?.method, request?.url, request?.headers.host],
    ["HEAD", "/x?y=1", `shop.test:${server.port}`],
  );
  assert.equal((await probe.probe(`http://shop.test:${server.port}/`, false, never)).status, 451);
});

test("sends no credentials and no cookies, also not those of the link", async () => {
  await using server = await web((request, response) => {
    if (request.url === "/first") response.writeHead(302, { location: "/second", "set-cookie": "a=b" });
    response.end();
  });
  const probe = new LinkProbe({ allows: () => true });
  const { status } = await probe.probe(`http://user:secret@127.0.0.1:${server.port}/first`, true, never);
  assert.equal(status, 200);
  assert.equal(server.requests.length, 2);
  for (const { headers } of server.requests) {
    assert.equal(headers.authorization, undefined);
    assert.equal(headers.cookie, undefined);
    assert.equal(headers.referer, undefined);
  }
});

test("follows redirects only if asked, at most three, and checks each", async () => {
  await using server = await web((request, response) => {
    const location = request.url === "/inside" ? "http://169.254.169.254/latest" : `/again${request.url}`;
    response.writeHead(301, { location }).end();
  });
  const probe = new LinkProbe({ allows: (address) => address === "127.0.0.1" });
  const base = `http://127.0.0.1:${server.port}`;
  assert.equal((await probe.probe(`${base}/x`, false, never)).status, 301);
  assert.deepEqual(await probe.probe(`${base}/x`, true, never), { status: 0, text: "too many redirects" });
  assert.equal((await probe.probe(`${base}/inside`, true, never)).status, 451);
});

test("gives up on servers that do not answer, or answer without end", async () => {
  await using silent = await web(() => {});
  await using endless = await web((_, response) => {
    response.socket?.write(`HTTP/1.1 200 OK\r\n${"X-A: b\r\n".repeat(10_000)}`);
  });
  const probe = new LinkProbe({ allows: () => true, timeout: 150 });
  assert.deepEqual(await probe.probe(`http://127.0.0.1:${silent.port}/`, false, never), {
    status: 0,
    text: "timed out",
  });
  assert.equal((await probe.probe(`http://127.0.0.1:${endless.port}/`, false, never)).status, 0);
  const slow = new LinkProbe({ resolve: () => new Promise(() => {}), timeout: 50 });
  assert.equal((await slow.probe("http://a.test/", false, never)).text, "timed out");
});

test("finds each link once: of the HTML, then of the text", () => {
  const html = `<head><link rel="stylesheet" href="https://a.test/s.css"><link rel=icon href="https://a.test/i"></head>
    <a href="https://a.test/1?x=1&amp;y=2">1</a><a href='#top'>top</a><a href="mailto:x@y.test">m</a>
    <img src="http://a.test/p.png"><img src="cid:x"><!-- <a href="https://a.test/no"> --><a href="https://a.test/1?x=1&y=2">`;
  const text =
    "See https://a.test/2. Or <https://a.test/a b\r\n  c>, (http://a.test/3), https://a.test/2 and http://";
  assert.deepEqual(webLinks(html, text), [
    "https://a.test/1?x=1&y=2",
    "https://a.test/s.css",
    "http://a.test/p.png",
    "https://a.test/a bc",
    "https://a.test/2",
    "http://a.test/3",
  ]);
  const many = Array.from({ length: 1000 }, (_, index) => `<a href="http://a.test/${index}">`).join("");
  assert.equal(webLinks(many, "").length, 100);
});

test("reports links in their order, and counts what does not work", async () => {
  await using server = await web((request, response) =>
    response.writeHead(request.url === "/gone" ? 404 : 200).end(),
  );
  const base = `http://127.0.0.1:${server.port}`;
  const links = [`${base}/ok`, `${base}/gone`, "http://10.0.0.1/"];
  const probe = new LinkProbe({ allows: (address) => address === "127.0.0.1" });
  assert.deepEqual(await checkLinks(links, probe, { follow: false, signal: never }), {
    Errors: 2,
    Links: [
      { URL: `${base}/ok`, StatusCode: 200, Status: "OK" },
      { URL: `${base}/gone`, StatusCode: 404, Status: "Not Found" },
      { URL: "http://10.0.0.1/", StatusCode: 451, Status: "Blocked private/reserved address" },
    ],
  });
});

test("checks links only if the option says so", async () => {
  await using server = await web((_, response) => response.end());
  const mail = `From: a@a.test\nSubject: x\n\nhttp://127.0.0.1:${server.port}/\n`;
  await using without = await startCatcher();
  await without.deliver(mail);
  assert.match(await without.text("/api/v1/message/latest/link-check"), /^400 .*--link-check/);
  await using box = await startCatcher({ linkCheck: true });
  await box.deliver(mail);
  const { Errors, Links } = await box.json<{ Errors: number; Links: { StatusCode: number }[] }>(
    "/api/v1/message/latest/link-check?follow=true",
  );
  assert.deepEqual([Errors, Links.map(({ StatusCode }) => StatusCode)], [1, [451]]);
  assert.equal(server.requests.length, 0);
});
