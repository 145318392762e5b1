import assert from "node:assert/strict";
import { test } from "node:test";
import { isInNameOf } from "#src/verify/results/authserv-id.js";
import { Stamp } from "#src/verify/results/stamp.js";
import { cut } from "../../cut.js";

const stamp = new Stamp("Authentication-Results: mx.example.com; none\r\n", "mx.example.com");

test("recognises a name in any spelling that a reader may take for it", () => {
  for (const value of [
    " mx.example.com; none",
    "MX.Example.COM;dkim=pass",
    ' "mx.example.com"; none',
    ' "mx\\.example.com" 1; none',
    " (a comment (nested)) mx.example.com(b) 1; none",
    "\r\n\tmx.example.com\r\n\t; none",
    " mx.example.com.; none",
    " mx.example.com",
    " mx.example.com 1 junk",
    " mx.example.com (open; dkim=pass",
    " mx.example.com/1; none",
    " ( mx.example.com; none",
    " \x01mx.example.com; none",
    ' mx."example.com"; none',
  ])
    assert.ok(isInNameOf(value, "mx.example.com"), value);
  for (const value of [
    " example.com; none",
    " mx.example.com.evil.test; none",
    " other; (mx.example.com) none",
    " notmx.example.com; none",
    " mx.example.co; none",
    "",
    ";",
  ])
    assert.ok(!isInNameOf(value, "mx.example.com"), value);
  assert.ok(isInNameOf(" m\xc3\xbcnchen.example; none", "xn--mnchen-3ya.example"));
  assert.ok(isInNameOf(" xn--mnchen-3ya.example; none", "m\u00fcnchen.example"));
});

test("puts the field on top, takes others with our name out and leaves the rest as it is", () => {
  const message =
    "Received: x\r\nAuthentication-Results: mx.example.com;\r\n\tdmarc=pass\r\nAuthentication-Results: other.test; spf=pass\r\n" +
    "AUTHENTICATION-RESULTS :\r\n MX.EXAMPLE.COM; spf=pass\r\nX-Other: Authentication-Results: mx.example.com; a\r\n" +
    "Subject: a\r\n Authentication-Results: mx.example.com; folded\r\n\r\nAuthentication-Results: mx.example.com; body\r\n";
  const expected =
    "Authentication-Results: mx.example.com; none\r\nReceived: x\r\nAuthentication-Results: other.test; spf=pass\r\n" +
    "X-Other: Authentication-Results: mx.example.com; a\r\nSubject: a\r\n Authentication-Results: mx.example.com; folded\r\n\r\n" +
    "Authentication-Results: mx.example.com; body\r\n";
  assert.equal(stamp.bytes(Buffer.from(message)).toString(), expected);
});

test("keeps the lines of a message that ends them in LF, and octets beyond ASCII", () => {
  const message = Buffer.from(
    "A: \xe9\nAuthentication-Results: mx.example.com;\n dmarc=pass\nB: c\n\n\xff\n",
    "latin1",
  );
  assert.equal(
    stamp.bytes(message).toString("latin1"),
    "Authentication-Results: mx.example.com; none\nA: \xe9\nB: c\n\n\xff\n",
  );
});

test("takes out what hides after a bare line break, and keeps the lines of the others", () => {
  const hidden =
    "A: a\r\nA: b\nAuthentication-Results: mx.example.com; dmarc=pass\r\nC: d\rAuthentication-Results: mx.example.com; x\n y\r\nE: f\r\n\r\n";
  assert.equal(
    stamp.bytes(Buffer.from(hidden)).toString(),
    "Authentication-Results: mx.example.com; none\r\nA: a\r\nA: b\r\nC: d\r\nE: f\r\n\r\n",
  );
});

test("lets no line at the top of a message go on with the field", () => {
  for (const start of [" ; dmarc=pass header.from=bank.test", "\t", "  "])
    assert.equal(
      stamp.bytes(Buffer.from(`${start}\r\nA: b\r\n\r\n`)).toString(),
      `Authentication-Results: mx.example.com; none\r\nX-Stray-Lines:\r\n${start}\r\nA: b\r\n\r\n`,
    );
  const lf = stamp
    .bytes(Buffer.from("Authentication-Results: mx.example.com; a\n\tb\n c\nA: b\n\n"))
    .toString();
  assert.equal(lf, "Authentication-Results: mx.example.com; none\nA: b\n\n");
});

test("stamps a stream as it stamps bytes, however it is cut", async () => {
  for (const text of [
    "A: b\r\nAuthentication-Results: mx.example.com; a\r\n\r\nbody\r\n\r\nmore",
    "A: b\nAuthentication-Results: mx.example.com; a\n\nbody\n\nmore",
    "\r\nbody",
    "\n",
    "",
    "no end",
    "A: b\r\n\nstill: header\r\n\r\nbody",
  ]) {
    const message = Buffer.from(text);
    const expected = stamp.bytes(message).toString();
    for (let at = 0; at <= message.length; at++)
      assert.equal(
        await joined(stamp.stream(pieces(cut(message, [at])))),
        expected,
        JSON.stringify([text, at]),
      );
    assert.equal(await joined(stamp.stream(pieces([...message].map((octet) => Buffer.of(octet))))), expected);
  }
});

async function* pieces(parts: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* parts;
}

async function joined(stream: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString();
}

test("recognises a name in time that grows with the field, whatever dots are in it", () => {
  assert.equal(isInNameOf(`mx${".".repeat(500_000)}x; none`, "mx.example.com"), false);
});
