import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import type { Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { TestServer } from "envoi/testing";
import { certificatePem } from "#src/testing/certificates/x509.js";
import { run } from "../run.ts";
import { check, file, rawServer, scripted } from "./check.ts";

const quick = ["--timeout", "2s"];

function answer(line: string): string {
  if (line.startsWith("EHLO")) return "250-raw.example\r\n250 SIZE 30000000";
  return line.startsWith("QUIT") ? "221 bye" : "250 2.0.0 OK";
}

/** Checks a server that answers as usual but for some commands, and gives the first finding. */
async function first(
  context: TestContext,
  answers: Readonly<Record<string, string>>,
  greeting?: string,
): Promise<{ code?: string; what?: string; remedy?: string }> {
  const port = await scripted(context, (line) => answers[line.slice(0, 4)] ?? answer(line), greeting);
  const { findings } = await check(`smtp://127.0.0.1:${port}`, quick);
  return findings[0] ?? {};
}

test("check names what MAIL needs and the server does not offer", async (context) => {
  const tls = await first(context, { MAIL: "530 5.7.0 Must issue a STARTTLS command first" });
  assert.equal(tls.code, "starttls-stripped");
  assert.match(tls.what ?? "", /only after STARTTLS, which is missing/);
  const login = await first(context, { MAIL: "530 5.7.1 Authentication required" });
  assert.equal(login.code, "auth-absent");
  assert.match(login.what ?? "", /only after a login, and offers no AUTH without TLS/);
  const offered = { EHLO: "250-raw.example\r\n250 AUTH CRAM-MD5", MAIL: "530 5.7.1 Authentication required" };
  assert.equal((await first(context, offered)).code, undefined);
});

test("check tells a server that speaks LMTP from one that refuses EHLO", async (context) => {
  const { code, what, remedy } = await first(context, {
    EHLO: "500 5.5.1 use LHLO",
    HELO: "500 5.5.1 use LHLO",
  });
  assert.equal(code, "not-smtp");
  assert.match(what ?? "", /speaks LMTP, not SMTP/);
  assert.match(remedy ?? "", /lmtp:/);
  assert.equal((await first(context, { EHLO: "502 5.5.1 no" }, "220 raw.example LMTP")).code, "not-smtp");
  assert.equal((await first(context, { EHLO: "502 5.5.1 no" })).code, "hello-refused");
});

test("check names a reply to EHLO that begins with an extension, but not a server that is called so", async (context) => {
  for (const reply of ["250-STARTTLS\r\n250 SIZE 1000", "250 SIZE 1000000", "250-AUTH PLAIN\r\n250 DSN"]) {
    const { code, what } = await first(context, { EHLO: reply, STAR: "502 5.5.1 no" });
    assert.equal(code, "hello-without-name", reply);
    assert.match(what ?? "", /instead of the name of the server/);
  }
  for (const reply of ["250 size.example", "250 auth greets you", "250 dsn1.example"])
    assert.equal((await first(context, { EHLO: reply })).code, undefined, reply);
});

test("check takes no offence at a server that ends the connection at a STARTTLS that it does not offer", async (context) => {
  const port = await rawServer(context, (socket) => {
    socket.write("220 raw.example\r\n");
    socket.on("data", (chunk) => {
      for (const line of chunk.toString().split("\r\n").slice(0, -1))
        if (line === "STARTTLS") socket.end();
        else socket.write(`${answer(line)}\r\n`);
    });
  });
  const { findings, server } = await check(`smtp://127.0.0.1:${port}`, quick);
  assert.deepEqual(findings, []);
  assert.match(server?.transaction?.mail ?? "", /^250/);
});

test("check names a STARTTLS that is taken out of EHLO, also if the handshake behind it fails", async (context) => {
  for (const behind of ["goodbye", "end"]) {
    const port = await rawServer(context, (socket) => {
      socket.write("220 raw.example ESMTP\r\n");
      let accepted = false;
      socket.on("data", (chunk) => {
        if (accepted) return behind === "end" ? socket.end() : socket.write("500 What is that?\r\n");
        for (const line of chunk.toString().split("\r\n").slice(0, -1)) {
          accepted = line === "STARTTLS";
          socket.write(accepted ? "220 2.0.0 Go on\r\n" : "250 raw.example\r\n");
        }
        return undefined;
      });
    });
    const { findings } = await check(`127.0.0.1:${port}`, ["--timeout", "2s"]);
    const codes = findings.map(({ code }) => code);
    assert.equal(codes[0], "starttls-stripped", behind);
    assert.equal(codes[1], behind === "end" ? "tls-handshake" : "starttls-not-tls", behind);
  }
});

test("check ends all connections to a server that says nothing on the second one", async (context) => {
  const open = new Set<Socket>();
  let first = true;
  const port = await rawServer(context, (socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    socket.once("end", () => socket.end());
    if (!first) return socket.resume();
    first = false;
    socket.write("220 raw.example ESMTP\r\n");
    socket.on("data", (chunk) => {
      for (const line of chunk.toString().split("\r\n").slice(0, -1))
        if (line === "STARTTLS") socket.end();
        else socket.write("250 raw.example\r\n");
    });
    return undefined;
  });
  await check(`127.0.0.1:${port}`, ["--timeout", "300ms"]);
  const until = Date.now() + 5_000;
  while (open.size > 0 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(open.size, 0);
});

test("check names a greeting without a last line, and how to wait longer for one", async (context) => {
  const { code, what, remedy } = await first(context, {}, "220-raw.example\r\n220-goes on");
  assert.equal(code, "server-silent");
  assert.match(what ?? "", /begins a greeting and does not end it/);
  assert.match(remedy ?? "", /--timeout 60s/);
});

test("check looks a host alone in ENVOI_RELAY up in the DNS that the flags name", async (context) => {
  const zone = file(context, "zone.json", JSON.stringify({ "mx.test": { A: "127.0.0.1" } }));
  const flags = ["check", "--zone", zone, ...quick];
  const known = await run(flags, { ENVOI_RELAY: "mx.test" });
  assert.notEqual(known.status, 64, known.errors);
  assert.match(known.output, /^smtp:\/\/mx\.test:25/);
  const unknown = await run(flags, { ENVOI_RELAY: "other.test" });
  assert.equal(unknown.status, 64);
  assert.match(unknown.errors, /ENVOI_RELAY: expected a URL, or a host that is known/);
});

test("check says that a host with IPv6 addresses only cannot be reached from a network without IPv6", async (context) => {
  const zone = file(context, "zone.json", JSON.stringify({ "v6.test": { AAAA: "2001:db8::1" } }));
  const { findings } = await check("smtp://v6.test:25", ["--zone", zone, ...quick]);
  assert.equal(findings[0]?.code, "connection-unreachable");
  assert.match(findings[0]?.remedy ?? "", /only IPv6 addresses/);
});

test("check says first that a domain takes no mail, if its DNS says so", async (context) => {
  const zone = file(
    context,
    "zone.json",
    JSON.stringify({
      "a.test": { MX: [[0, "."]], TXT: "v=spf1 -all" },
      "_dmarc.a.test": { TXT: "v=DMARC1; p=reject" },
    }),
  );
  const { status, output } = await run(["check", "a.test", "--zone", zone]);
  assert.equal(status, 0);
  assert.match(output, /^a\.test\n\na\.test takes no mail: its DNS says so/);
});

test("check names the intermediate certificate if it is the one that has expired", async (context) => {
  const [root, middle, leaf] = [0, 0, 0].map(() => generateKeyPairSync("ec", { namedCurve: "P-256" }));
  assert.ok(root && middle && leaf);
  const authority = { subject: "Root", ...root };
  const day = 86_400_000;
  const valid = { notBefore: new Date(Date.now() - 90 * day), notAfter: new Date(Date.now() + 90 * day) };
  const expired = { notBefore: new Date(Date.now() - 90 * day), notAfter: new Date(Date.now() - 2 * day) };
  const rootPem = certificatePem({
    ...authority,
    names: [],
    purpose: "authority",
    issuer: authority,
    ...valid,
  });
  const issuer = { subject: "Middle", ...middle };
  const middlePem = certificatePem({
    ...issuer,
    names: [],
    purpose: "authority",
    issuer: authority,
    ...expired,
  });
  const { publicKey } = leaf;
  const own = { subject: "localhost", names: ["127.0.0.1"], purpose: "server", publicKey } as const;
  const leafPem = certificatePem({ ...own, issuer, ...valid });
  const key = leaf.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const server = await TestServer.start({
    tls: "starttls",
    certificates: { cert: leafPem + middlePem, key },
  });
  context.after(() => server.close());
  const url = `smtp://127.0.0.1:${server.port}?tls=required`;
  const { findings } = await check(url, ["--ca", file(context, "ca.pem", rootPem), ...quick]);
  assert.equal(findings[0]?.code, "certificate-expired");
  assert.match(findings[0]?.what ?? "", /Middle/);
});
