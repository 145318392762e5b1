import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { test } from "node:test";
import { Resolver, verifyDkim } from "envoi/verify";
import { cut } from "../../cut.js";
import { ed25519, rsa } from "../../signing/keys.js";
import { handSigned, letter, mail, signedBy, zone } from "../signed-mail.js";

const now = new Date("2026-11-30T12:00:00Z");
const resolver = Resolver.zone(zone);

async function verdict(message: Buffer, records: object = zone) {
  const verdicts = await verifyDkim(message, { resolver: Resolver.zone(records as typeof zone), now });
  assert.equal(verdicts.length, 1);
  return verdicts[0] ?? assert.fail();
}

async function code(message: Buffer, records: object = zone): Promise<string> {
  const { result, code: why } = await verdict(message, records);
  return `${result} ${why}`;
}

const forms = ["relaxed/relaxed", "relaxed/simple", "simple/relaxed", "simple/simple"] as const;

test("passes what DkimSigner signs, in every canonicalization, by both algorithms", async () => {
  for (const canonicalization of forms) {
    for (const [selector, key] of Object.entries({ rsa, ed25519 })) {
      const message = signedBy(letter, { canonicalization, selector, key });
      assert.equal(await code(message), "pass verified", `${canonicalization} ${selector}`);
    }
  }
});

test("reports what was signed, by whom and how", async () => {
  const timestamp = new Date("2026-11-30T11:00:00Z");
  const message = signedBy(letter, { timestamp, expiresIn: 7200, identity: "ann@news.example.com" });
  const { signed, signature, ...rest } = await verdict(message);
  assert.deepEqual(rest, {
    result: "pass",
    code: "verified",
    reason: "example.com: the signature is valid",
    domain: "example.com",
    selector: "rsa",
    identity: "ann@news.example.com",
    algorithm: "rsa-sha256",
    keyBits: 2048,
    body: { total: 17, signed: 17 },
    testing: false,
    signedAt: timestamp,
    expiresAt: new Date("2026-11-30T13:00:00Z"),
    queries: [{ name: "rsa._domainkey.example.com", type: "TXT", outcome: "found" }],
  });
  assert.ok(signed.includes("from") && signed.includes("subject"));
  assert.match(signature ?? "", /^[\w+/]{340}/);
});

test("gives no verdict for a message without a signature, and asks nothing", async () => {
  const asked = Resolver.zone(zone);
  for (const message of ["", "\r\n", "no field", "From: a@b.test\r\n\r\nx", ":\r\n:\r\n\r\n"])
    assert.deepEqual(await verifyDkim(Buffer.from(message), { resolver: asked }), []);
  assert.deepEqual(asked.asked, []);
});

test("has the same verdict however the message is cut, with CRLF and with LF", async () => {
  const message = signedBy(signedBy(mail("From: ann@example.com\nSubject: a\n b\n\n\n x \t y \n\n\n")), {
    canonicalization: "simple/simple",
    selector: "ed25519",
    key: ed25519,
  });
  const lf = Buffer.from(message.toString("latin1").replaceAll("\r\n", "\n"), "latin1");
  const expected = await verifyDkim(message, { resolver, now });
  assert.deepEqual(
    expected.map(({ result }) => result),
    ["pass", "pass"],
  );
  for (const octets of [message, lf]) {
    for (let at = 0; at <= octets.length; at++)
      assert.deepEqual(await verifyDkim(stream(cut(octets, [at])), { resolver, now }), expected, `${at}`);
    const single = stream([...octets].map((octet) => Buffer.of(octet)));
    assert.deepEqual(await verifyDkim(single, { resolver, now }), expected);
  }
});

async function* stream(pieces: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* pieces;
}

test("fails a changed body and a changed header", async () => {
  const message = signedBy(letter).toString("latin1");
  assert.equal(await code(Buffer.from(message.replace("four", "five"))), "fail body-changed");
  assert.equal(await code(Buffer.from(`${message}PS\r\n`)), "fail body-changed");
  assert.equal(
    await code(Buffer.from(message.replace("Subject: Tea", "Subject: Sea"))),
    "fail signature-mismatch",
  );
  assert.equal(await code(Buffer.from(message.replace("Ann <", "Anne <"))), "fail signature-mismatch");
  assert.equal(await code(Buffer.from(`Subject: other\r\n${message}`)), "fail signature-mismatch");
});

test("takes white space that relaxed lets change, and no other", async () => {
  const message = signedBy(letter).toString("latin1");
  const folded = message
    .replace("Subject: Tea", "SUBJECT :\t\r\n Tea \t")
    .replace("At four?", "At \t four? ");
  assert.equal(await code(Buffer.from(folded, "latin1")), "pass verified");
  const plain = signedBy(letter, { canonicalization: "simple/simple" }).toString("latin1");
  assert.equal(
    await code(Buffer.from(plain.replace("Subject: Tea", "Subject:  Tea"))),
    "fail signature-mismatch",
  );
  assert.equal(await code(Buffer.from(plain.replace("four?", "four? "))), "fail body-changed");
  // Of Latin-1, NBSP is an octet like any other: no white space.
  assert.equal(await code(Buffer.from(message.replace("four?", "four?\xa0"), "latin1")), "fail body-changed");
  assert.equal(
    await code(Buffer.from(message.replace("Subject: Tea", "Subject: Tea\xa0"), "latin1")),
    "fail signature-mismatch",
  );
});

test("calls a signature that leaves octets of the body out a policy, and reports how many", async () => {
  for (const [l, signed] of [
    ["0", 0],
    ["16", 16],
  ] as const) {
    const { result, code: why, body, reason } = await verdict(handSigned(letter, { l }));
    assert.deepEqual([result, why, body], ["policy", "body-partly-signed", { total: 17, signed }]);
    assert.match(reason, new RegExp(`${17 - signed} of 17 octets`));
  }
  assert.equal(await code(handSigned(letter, { l: "17" })), "pass verified");
  assert.equal(await code(handSigned(letter, { l: "18" })), "permerror body-length");
  assert.equal(await code(handSigned(letter, { l: "9".repeat(76) })), "permerror body-length");
  const appended = Buffer.concat([handSigned(letter, { l: "17" }), Buffer.from("Buy now\r\n")]);
  assert.equal(await code(appended), "policy body-partly-signed");
});

test("hashes several beginnings of one body", async () => {
  let message = letter;
  for (const l of ["17", "3", "0", "3", undefined])
    message = handSigned(message, l === undefined ? {} : { l });
  const verdicts = await verifyDkim(message, { resolver, now });
  assert.deepEqual(
    verdicts.map(({ result, body }) => `${result} ${body.signed}`),
    ["pass 17", "policy 3", "policy 0", "policy 3", "pass 17"],
  );
});

test("calls it a policy if a field is there more often than it was signed", async () => {
  const twice = mail(`From: evil@example.net\n${letter.toString("latin1")}`);
  assert.equal(await code(handSigned(twice)), "policy repeated-field");
  assert.equal(await code(handSigned(twice, { h: "from:from:to:subject" })), "pass verified");
  const once =
    "Subject To Date Sender Reply-To Message-ID Content-Type Content-Transfer-Encoding Cc Bcc References In-Reply-To";
  for (const name of once.split(" ")) {
    const repeated = mail(`${name}: x\n${name}: y\n${letter.toString("latin1")}`);
    assert.equal(await code(handSigned(repeated)), "policy repeated-field", name);
  }
  const received = mail(`Received: x\nReceived: y\nComments: a\nComments: b\n${letter.toString("latin1")}`);
  assert.equal(await code(handSigned(received)), "pass verified");
});

test("takes fields of one name from the bottom up", async () => {
  const message = mail("X: one\nX: two\nFrom: a@example.com\nX: three\n\nbody\n");
  const signed = handSigned(message, { h: "from:x:x" }).toString("latin1");
  assert.equal(await code(Buffer.from(signed, "latin1")), "pass verified");
  assert.equal(await code(Buffer.from(signed.replace("X: one", "X: 1"), "latin1")), "pass verified");
  for (const name of ["two", "three"])
    assert.equal(
      await code(Buffer.from(signed.replace(`X: ${name}`, "X: 0"), "latin1")),
      "fail signature-mismatch",
    );
});

test("does not mean itself by a name in h=, and means the other signatures", async () => {
  const first = handSigned(letter);
  const second = handSigned(first, { h: "from:dkim-signature" });
  const verdicts = await verifyDkim(second, { resolver, now });
  assert.deepEqual(
    verdicts.map(({ result }) => result),
    ["pass", "pass"],
  );
});

test("empties the value of b and nothing else", async () => {
  // bh= and other tags end in a b, and white space around the value is not signed.
  const message = handSigned(letter, { "x-b": undefined, zb: "q b=w", n: "b" }).toString("latin1");
  assert.equal(await code(Buffer.from(message, "latin1")), "pass verified");
  const spaced = message.replace(
    /; b=(.*)\r\n/,
    (_, b: string) => `; b= \r\n\t${b.slice(0, 9)}\r\n ${b.slice(9)} \r\n`,
  );
  assert.equal(await code(Buffer.from(spaced, "latin1")), "pass verified");
  assert.equal(
    await code(Buffer.from(message.replace("; b=", "; b ="), "latin1")),
    "fail signature-mismatch",
  );
});

test("refuses signatures that break a rule, and says which", async () => {
  const rows: [string, Record<string, string | undefined>][] = [
    ["permerror version", { v: undefined }],
    ["permerror version", { v: "2" }],
    ["permerror version", { v: "1.0" }],
    ["permerror algorithm", { a: "rsa-sha1" }],
    ["permerror algorithm", { a: "RSA-SHA256" }],
    ["permerror algorithm", { a: "rsa-sha512" }],
    ["permerror syntax", { a: undefined }],
    ["permerror syntax", { d: undefined }],
    ["permerror syntax", { s: undefined }],
    ["permerror syntax", { h: undefined }],
    ["permerror syntax", { bh: undefined }],
    ["permerror syntax", { bh: "!" }],
    ["permerror syntax", { bh: "-_-_" }],
    ["permerror syntax", { bh: "AAAAA" }],
    ["permerror syntax", { l: "x" }],
    ["permerror syntax", { l: "-1" }],
    ["permerror syntax", { l: "9".repeat(77) }],
    ["permerror syntax", { t: "yesterday" }],
    ["permerror syntax", { t: "5", x: "5" }],
    ["permerror syntax", { x: "1e9" }],
    ["permerror syntax", { V: "1", "1a": "x" }],
    ["permerror syntax", { z: "a\x01b" }],
    ["permerror canonicalization", { c: "strict" }],
    ["permerror canonicalization", { c: "relaxed/" }],
    ["permerror canonicalization", { c: "Relaxed/relaxed" }],
    ["permerror query-method", { q: "http" }],
    ["permerror from-not-signed", { h: "to:subject" }],
    ["permerror from-not-signed", { h: "" }],
    ["permerror domain", { d: "" }],
    ["permerror domain", { d: "ex ample.com" }],
    ["permerror domain", { d: "[192.0.2.1]" }],
    ["permerror domain", { d: "example..com" }],
    ["permerror domain", { s: "" }],
    ["permerror domain", { s: "a/b" }],
    ["permerror domain", { s: "x".repeat(64) }],
    ["permerror identity", { i: "@example.org" }],
    ["permerror identity", { i: "@notexample.com" }],
    ["permerror identity", { i: "ann" }],
    ["permerror identity", { i: "@com" }],
    ["fail expired", { t: "1", x: "2" }],
    ["fail expired", { x: String(now.getTime() / 1000 - 1) }],
    ["fail future", { t: String(now.getTime() / 1000 + 15 * 3600) }],
  ];
  for (const [expected, changes] of rows)
    assert.equal(await code(handSigned(letter, changes)), expected, JSON.stringify(changes));
});

test("reports what could be read of a signature that breaks a rule", async () => {
  const rows: [Record<string, string | undefined>, domain?: string, selector?: string, algorithm?: string][] =
    [
      [{ i: "@example.org" }, "example.com", "rsa", "rsa-sha256"],
      [{ v: "2" }, "example.com", "rsa", "rsa-sha256"],
      [{ h: undefined }, "example.com", "rsa", "rsa-sha256"],
      [{ c: "strict", d: "EXAMPLE.com" }, "example.com", "rsa", "rsa-sha256"],
      [{ a: "rsa-sha1" }, "example.com", "rsa"],
      [{ a: undefined }, "example.com", "rsa"],
      [{ t: "yesterday" }, "example.com", "rsa"],
      [{ s: "a/b" }, "example.com"],
      [{ s: undefined }, "example.com"],
      [{ d: "ex ample.com" }],
      [{ d: undefined }],
      [{ z: "a\x01b" }],
    ];
  for (const [changes, domain, selector, algorithm] of rows) {
    const found = await verdict(handSigned(letter, changes));
    const read = { domain: found.domain, selector: found.selector, algorithm: found.algorithm };
    assert.deepEqual(read, { domain, selector, algorithm }, JSON.stringify(changes));
    assert.equal(found.result, "permerror");
    assert.equal(found.reason.startsWith("example.com: "), domain !== undefined);
  }
});

test("takes what the rules allow", async () => {
  const rows: Record<string, string>[] = [
    { i: "@sub.example.com" },
    { i: "@EXAMPLE.com" },
    { i: "=41nn=20B@example.com" },
    { d: "EXAMPLE.com" },
    { q: "http : dns/txt" },
    { h: "from : to\r\n\t:subject" },
    { h: "FROM:To" },
    { h: "from:nothing:nothing" },
    { x: "9".repeat(12) },
    { x: String(now.getTime() / 1000) },
    // Of the message there is no other.
    { h: "from:dkim-signature" },
    { t: String(now.getTime() / 1000 + 13 * 3600) },
    { unknown: "tag", z: "From:x|To:y" },
    { z: "" },
  ];
  for (const changes of rows)
    assert.equal(await code(handSigned(letter, changes)), "pass verified", JSON.stringify(changes));
});

test("takes simple for the body if c= has one word", async () => {
  const blank = mail(letter.toString().replace("four?", "four? "));
  assert.equal(await code(handSigned(blank, { c: "simple" })), "pass verified");
  // The body fits. The header was hashed in its simple form too, so that it does not fit.
  assert.equal(await code(handSigned(blank, { c: "relaxed" })), "fail signature-mismatch");
});

test("reports the names that are signed without empty ones, and the identity with only what RFC 6376 decodes", async () => {
  const { signed, identity } = await verdict(handSigned(letter, { h: "from::To:", i: "=6A=6a@example.com" }));
  assert.deepEqual([signed, identity], [["from", "to"], "j=6a@example.com"]);
});

test("refuses a whole list for one tag that is given twice", async () => {
  const message = handSigned(letter, { t: "1" }).toString("latin1");
  assert.equal(await code(Buffer.from(message.replace("t=1", "t=1; t=1"))), "permerror syntax");
  const record = zone["rsa._domainkey.example.com"]?.TXT[0] ?? "";
  assert.equal(
    await code(handSigned(letter), { "rsa._domainkey.example.com": { TXT: [`${record}; k=rsa`] } }),
    "permerror key-syntax",
  );
});

test("looks at 20 signatures and no more", async () => {
  let message = letter;
  for (let count = 0; count < 22; count++) message = handSigned(message, { s: `s${count}` });
  const asked = Resolver.zone({});
  const verdicts = await verifyDkim(message, { resolver: asked, now });
  assert.equal(verdicts.length, 20);
  assert.equal(asked.asked.length, 20);
  assert.equal(verdicts[0]?.selector, "s21");
});

test("asks for a key once, however many signatures it is for", async () => {
  const asked = Resolver.zone(zone);
  const verdicts = await verifyDkim(handSigned(handSigned(letter)), { resolver: asked, now });
  assert.deepEqual(
    verdicts.map(({ result }) => result),
    ["pass", "pass"],
  );
  assert.equal(asked.asked.length, 1);
});

const name = "rsa._domainkey.example.com";
const good = zone[name]?.TXT[0] ?? "";
const p = good.slice(good.indexOf("p="));

function spki(key: KeyObject): string {
  return createPublicKey(key).export({ format: "der", type: "spki" }).toString("base64");
}

test("obeys every tag of the key record", async () => {
  const rows: [string, string][] = [
    ["pass verified", p],
    ["pass verified", `v=DKIM1; h=sha1 : sha256; s=other:email; t=x; n=a note; ${p};`],
    ["pass verified", `k=rsa; ${p}; g=; unknown=1`],
    ["pass verified", `s=*; ${p.slice(0, 50)} \t ${p.slice(50)}`],
    ["pass verified", `t=s; ${p}`],
    ["permerror key-hash", `h=sha1; ${p}`],
    ["permerror key-service", `s=tlsrpt; ${p}`],
    ["permerror key-type", `k=ed448; ${p}`],
    ["permerror key-type", zone["ed25519._domainkey.example.com"]?.TXT[0] ?? ""],
    ["permerror key-revoked", "v=DKIM1; p="],
    ["permerror key-revoked", "v=DKIM1; p= ;"],
    ["permerror key-syntax", "v=DKIM1"],
    ["permerror key-syntax", `v=DKIM2; ${p}`],
    ["permerror key-syntax", `${p}; v=DKIM1`],
    ["permerror key-syntax", "v=DKIM1; p=!!!"],
    ["permerror key-syntax", "v=DKIM1; p=AAAA"],
    ["permerror key-syntax", `k=rsa; p=${spki(ed25519)}`],
    ["permerror key-syntax", "v=spf1 -all"],
    ["permerror key-syntax", `v=DKIM1;; ${p}`],
    ["permerror key-syntax", "v=DKIM1; k=ed25519; p=AAAA"],
  ];
  for (const [expected, record] of rows)
    assert.equal(await code(handSigned(letter), { [name]: { TXT: [record] } }), expected, record);
});

test("obeys t=s and reports t=y", async () => {
  const strict = { [name]: { TXT: [`v=DKIM1; t=y : s; ${p}`] } };
  const own = await verdict(handSigned(letter, { i: "ann@example.com" }), strict);
  assert.deepEqual([own.result, own.testing], ["pass", true]);
  assert.equal(await code(handSigned(letter, { i: "ann@news.example.com" }), strict), "permerror identity");
});

test("reads an RSA key as SubjectPublicKeyInfo and as PKCS #1", async () => {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  for (const type of ["spki", "pkcs1"] as const) {
    const der = publicKey.export({ format: "der", type });
    const records = { [name]: { TXT: [`v=DKIM1; p=${der.toString("base64")}`] } };
    assert.equal(await code(handSigned(letter, {}, privateKey), records), "pass verified", type);
  }
});

test("verifies nothing with keys that are too short or too long", async () => {
  const short = generateKeyPairSync("rsa", { modulusLength: 1023 });
  assert.equal(
    await code(handSigned(letter, {}, short.privateKey), recordOf(short.publicKey)),
    "permerror key-too-short",
  );
  const jwk = rsa.export({ format: "jwk" });
  for (const [n, e, expected] of [
    [Buffer.alloc(1025, 0xff).toString("base64url"), "AQAB", "key-too-long"],
    [jwk.n, Buffer.from("0100000001", "hex").toString("base64url"), "key-too-long"],
    [jwk.n, "AQ", "key-too-short"],
  ] as const) {
    const key = createPublicKey({ key: { kty: "RSA", n: n ?? "", e }, format: "jwk" });
    assert.equal(await code(handSigned(letter), recordOf(key)), `permerror ${expected}`);
  }
});

function recordOf(key: KeyObject): object {
  return { [name]: { TXT: [`p=${key.export({ format: "der", type: "spki" }).toString("base64")}`] } };
}

test("distinguishes a missing key from one that could not be looked up", async () => {
  assert.equal(await code(handSigned(letter), {}), "permerror no-key");
  assert.equal(await code(handSigned(letter), { [name]: { A: "192.0.2.1" } }), "permerror no-key");
  assert.equal(await code(handSigned(letter), { [name]: { TXT: "temporary" } }), "temperror dns");
  const { code: why } =
    (await verifyDkim(handSigned(letter), { resolver, maxQueries: 0 }))[0] ?? assert.fail();
  assert.equal(why, "too-many-queries");
  const never = { resolve: () => new Promise<never>(() => {}) };
  const [late] = await verifyDkim(handSigned(letter), { resolver: never, deadline: 10 });
  assert.equal(`${late?.result} ${late?.code}`, "temperror deadline");
});

test("tries each key of a name that has several, and ignores other texts there", async () => {
  const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey;
  const wrong = `p=${other.export({ format: "der", type: "spki" }).toString("base64")}`;
  assert.equal(await code(handSigned(letter), { [name]: { TXT: ["hello", wrong, good] } }), "pass verified");
  const texts = ["a", "b", "c", "d", "e", good];
  assert.equal(await code(handSigned(letter), { [name]: { TXT: texts } }), "pass verified");
});

test("looks international names up as A-labels", async () => {
  const records = { [`s._domainkey.xn--mnchen-3ya.example`]: { TXT: [good] } };
  for (const d of ["m\u00fcnchen.example", "xn--mnchen-3ya.example"]) {
    const message = handSigned(letter, { d: Buffer.from(d).toString("latin1"), s: "s" });
    const { result, domain, identity } = await verdict(message, records);
    assert.deepEqual(
      [result, domain, identity],
      ["pass", "xn--mnchen-3ya.example", "@xn--mnchen-3ya.example"],
    );
  }
});

test("gives one verdict for a header that is too large, and keeps no more of it", async () => {
  const line = Buffer.from(`X: ${"x".repeat(65_532)}\r\n`);
  async function* endless(): AsyncGenerator<Buffer> {
    for (let lines = 0; lines < 200; lines++) yield line;
  }
  const [verdict_, ...more] = await verifyDkim(endless(), { resolver, now });
  assert.deepEqual([verdict_?.result, verdict_?.code, more], ["permerror", "header-too-large", []]);
});

test("rejects if the source fails, yields no bytes, or the signal aborts", async () => {
  async function* failing(): AsyncGenerator<Buffer> {
    yield letter;
    throw new Error("disk on fire");
  }
  await assert.rejects(verifyDkim(failing(), { resolver }), { kind: "content", message: /disk on fire/ });
  async function* text(): AsyncGenerator<Buffer> {
    yield "x" as never;
  }
  await assert.rejects(verifyDkim(text(), { resolver }), { kind: "content" });
  await assert.rejects(verifyDkim("From: x" as never, { resolver }), { kind: "configuration" });
  await assert.rejects(verifyDkim(letter, {} as never), { kind: "configuration", message: /resolver/ });
  const aborting = new AbortController();
  let ended = false;
  const hanging: AsyncIterable<Buffer> = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise<never>(() => {}),
      return: async () => {
        ended = true;
        return { done: true, value: undefined };
      },
    }),
  };
  const verifying = verifyDkim(hanging, { resolver, signal: aborting.signal });
  aborting.abort();
  await assert.rejects(verifying, { kind: "aborted" });
  assert.ok(ended);
  await assert.rejects(verifyDkim(letter, { resolver, signal: AbortSignal.abort() }), { kind: "aborted" });
});

test("changes no octet that is not white space, in folded fields and where a CRLF is cut in a message of LF", async () => {
  const folded = mail("From: a@example.com\nSubject: a\xa0\n b\n\nbody\n");
  const changed = signedBy(folded).toString("latin1").replace("a\xa0\r\n b", "a \r\n b");
  assert.equal(await code(Buffer.from(changed, "latin1")), "fail signature-mismatch");
  const crlf = signedBy(mail("From: a@example.com\nSubject: x\n\nbody\nmore\n"));
  const mixed = Buffer.from(
    crlf.toString("latin1").replaceAll("\r\n", "\n").replace("body\n", "body\r\n"),
    "latin1",
  );
  const at = mixed.indexOf("\r") + 1;
  const [verdict_] = await verifyDkim(stream(cut(mixed, [at])), { resolver, now });
  assert.equal(verdict_?.result, "pass");
});
