import assert from "node:assert/strict";
import { test } from "node:test";
import { isInNameOf } from "#src/verify/results/authserv-id.js";
import { Stamp } from "#src/verify/results/stamp.js";
import { cut } from "../../cut.js";
import { fc } from "../../property.js";

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

test("takes out what hides after a bare line break, and moves no line", () => {
  const ours = "Authentication-Results: mx.example.com; none\r\n";
  for (const [hidden, left] of [
    ["A: a\r\nA: b\nOURS; dmarc=pass\r\nC: d\r\n", "A: a\r\nA: b\nX-Stray-Lines:\r\nC: d\r\n"],
    ["A: a\r\nC: d\rOURS; x\n y\r\nE: f\r\n", "A: a\r\nC: d\rX-Stray-Lines:\r\nE: f\r\n"],
    ["OURS; x\rC: d\r\n", "X-Stray-Lines:\rC: d\r\n"],
    // A bare LF ends no header whose lines end in CRLF.
    ["A: b\r\n\nOURS\r\n", "A: b\r\n\nX-Stray-Lines:\r\n"],
    ["A: b\r\n\n\r\rOURS\r\n", "A: b\r\n\n\r\rX-Stray-Lines:\r\n"],
  ] as const) {
    const message = hidden.replace("OURS", "Authentication-Results: mx.example.com");
    assert.equal(
      stamp.bytes(Buffer.from(`${message}\r\nbody\n\n`)).toString(),
      `${ours}${left}\r\nbody\n\n`,
      JSON.stringify(hidden),
    );
  }
});

/** What follows the first empty line, in the line ends of the first line. */
function bodyOf(text: string): string | undefined {
  const end = /^[^\n]*(?<!\r)\n/.test(text) ? /(?:^|\n)\r?\n/ : /(?:^|\r\n)\r\n/;
  const match = end.exec(text);
  return match === null ? undefined : text.slice(match.index + match[0].length);
}

test("leaves the body where it was, and no field with our name, whatever ends the lines", () => {
  const piece = fc.constantFrom(
    "\r\n",
    "\r\n",
    "\r",
    "\n",
    " ",
    "A: b",
    "Authentication-Results: mx.example.com; a",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const message = pieces.join("");
      const stamped = stamp.bytes(Buffer.from(message)).toString();
      assert.equal(bodyOf(stamped), bodyOf(message));
      const header = stamped.slice(0, stamped.length - (bodyOf(stamped)?.length ?? 0));
      assert.equal(header.match(/(?<=^|[\r\n])Authentication-Results:/g)?.length, 1);
    }),
    { numRuns: 3000 },
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
