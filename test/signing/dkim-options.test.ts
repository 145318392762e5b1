import assert from "node:assert/strict";
import { createPublicKey, createSecretKey, generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { inspect } from "node:util";
import { type DkimOptions, DkimSigner, EnvoiError, Message } from "envoi";
import { ed25519, rsa } from "./keys.ts";

const usual: DkimOptions = { domain: "example.com", selector: "s", key: ed25519 };

function refused(options: unknown, reason: RegExp): void {
  assert.throws(
    () => DkimSigner.create(options as DkimOptions),
    (error: unknown) => {
      assert.ok(error instanceof EnvoiError);
      assert.equal(error.kind, "configuration");
      assert.equal(error.permanent, true);
      assert.match(error.message, reason);
      return true;
    },
  );
}

function field(options: Partial<DkimOptions>): string {
  const message = Message.builder().from("a@example.com").to("b@example.org").text("Hello");
  const text = message
    .sign(DkimSigner.create({ ...usual, ...options }))
    .build()
    .formatted()
    .toString();
  return text.slice(0, text.indexOf("\r\nDate:")).replace(/\r\n\s+/g, " ");
}

test("refuses a key that cannot make DKIM signatures at construction, with the reason", () => {
  const pem = { type: "pkcs8", format: "pem" } as const;
  const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pss = generateKeyPairSync("rsa-pss", { modulusLength: 2048 });
  const key = (value: unknown): unknown => ({ ...usual, key: value });
  refused(key(ec.privateKey), /key: expected an RSA or Ed25519 key, got one of type ec/);
  refused(key(ec.privateKey.export(pem)), /type ec/);
  refused(key(pss.privateKey), /type rsa-pss/);
  refused(key(generateKeyPairSync("ed448").privateKey), /type ed448/);
  refused(key(createPublicKey(rsa)), /got a public key/);
  refused(key(createPublicKey(rsa).export({ type: "spki", format: "pem" })), /got a PUBLIC KEY/);
  refused(key("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"), /got a CERTIFICATE/);
  refused(key(createSecretKey(Buffer.alloc(32))), /got a secret key/);
  refused(key(""), /expected PEM/);
  refused(key("fL+5V9EquCZAovKik3pA6Lk9zwCzoEtjIuIqK9ZXHHA="), /expected PEM/);
  refused(key("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), /cannot be read/);
  refused(key(String(rsa.export(pem)).replaceAll("\n", "\\n")), /got \\n written out/);
  for (const other of [undefined, null, 1, {}, { pem: "x" }])
    refused(key(other), /key: expected a private key as PEM/);
});

test("refuses an RSA key below 1024 bits, and below 2048 unless it is allowed", () => {
  const bits = (modulusLength: number) => generateKeyPairSync("rsa", { modulusLength }).privateKey;
  refused({ ...usual, key: bits(768), allowShortRsaKey: true }, /at least 1024 bits, got 768/);
  const short = bits(1024);
  refused({ ...usual, key: short }, /at least 2048 bits, got 1024.*allowShortRsaKey: true/);
  DkimSigner.create({ ...usual, key: short, allowShortRsaKey: true });
});

test("derives the algorithm from the key, and refuses another one", () => {
  assert.match(field({ key: rsa }), /a=rsa-sha256;/);
  assert.match(field({ key: ed25519, algorithm: "ed25519-sha256" }), /a=ed25519-sha256;/);
  refused({ ...usual, algorithm: "rsa-sha256" }, /algorithm: expected ed25519-sha256 for this key/);
  refused({ ...usual, key: rsa, algorithm: "rsa-sha1" }, /algorithm: expected/);
  refused({ ...usual, key: async () => Buffer.alloc(64) }, /algorithm: expected .* for a function as key/);
});

test("accepts a key as PEM of either kind, as bytes, encrypted, or as an object", () => {
  const pkcs1 = rsa.export({ type: "pkcs1", format: "pem" });
  const encrypted = rsa.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "secret" });
  for (const key of [pkcs1.toString(), Buffer.from(pkcs1), rsa])
    assert.match(field({ key }), /a=rsa-sha256;/);
  assert.match(field({ key: encrypted.toString(), passphrase: "secret" }), /a=rsa-sha256;/);
  refused({ ...usual, key: encrypted }, /encrypted, and its passphrase is missing or wrong/);
  refused({ ...usual, key: encrypted, passphrase: "wrong" }, /passphrase is missing or wrong/);
});

test("never prints the key", () => {
  const key = rsa.export({ type: "pkcs8", format: "pem" }).toString();
  const signer = DkimSigner.create({ ...usual, key });
  for (const shown of [inspect(signer, { depth: 9, showHidden: true }), JSON.stringify(signer)])
    assert.doesNotMatch(shown, /PRIVATE|MII|privateKey/i);
});

test("writes domain and selector as A-labels, and refuses others", () => {
  assert.match(
    field({ domain: "M\u00dcNCHEN.example", selector: "Gr\u00fcn.2026" }),
    / d=xn--mnchen-3ya.example; s=xn--grn-ioa.2026;/,
  );
  for (const domain of ["", "a b", "x;d=y", "a\r\nb", "example.com.", "[192.0.2.1]", "1.2.3.4", undefined, 5])
    refused({ ...usual, domain }, /^DkimSigner.domain: /);
  for (const selector of [
    "",
    ".",
    "a..b",
    "a b",
    "a;b",
    "a=b",
    "-a",
    "a\n",
    "[1]",
    "x".repeat(64),
    undefined,
    5,
  ])
    refused({ ...usual, selector }, /^DkimSigner.selector: /);
  refused({ ...usual, domain: `${"a.".repeat(120)}example`, selector: "s" }, /253/);
});

test("an identity is an address or a domain, in the domain that signs or below it", () => {
  assert.match(field({ identity: "@News.example.com" }), / i=@news.example.com;/);
  assert.match(field({ identity: "joe@example.com" }), / i=joe@example.com;/);
  assert.match(field({ identity: '"a; b=c"@example.com' }), / i="a=3B=20b=3Dc"@example.com;/);
  assert.match(field({ identity: "j\u00fcrgen@example.com" }), / i=j=C3=BCrgen@example.com;/);
  for (const identity of [
    "joe@example.org",
    "@badexample.com",
    "joe",
    "@",
    "a\r\n@example.com",
    "a;b@example.com",
  ])
    refused({ ...usual, identity }, /^DkimSigner.identity: /);
});

test("the time is now, that of a Date, or none, and the expiry is so many seconds later", () => {
  const before = Math.floor(Date.now() / 1000);
  const [, time = ""] = / t=(\d+);/.exec(field({})) ?? [];
  assert.ok(Number(time) >= before && Number(time) <= Date.now() / 1000);
  const timestamp = new Date("2026-11-21T00:00:00Z");
  assert.match(field({ timestamp, expiresIn: 3600 }), / t=1795219200; x=1795222800;/);
  assert.doesNotMatch(field({ timestamp: false }), / [tx]=/);
  for (const expiresIn of [0, -1, 1.5, Number.NaN, Infinity, "3600"])
    refused({ ...usual, expiresIn }, /expiresIn: /);
  for (const wrong of [new Date(Number.NaN), new Date(-1), 5, "now"])
    refused({ ...usual, timestamp: wrong }, /timestamp: /);
});

test("writes the length of the body only if asked to", () => {
  assert.doesNotMatch(field({}), / l=/);
  assert.match(field({ insecureBodyLength: true }), / l=7;/);
});

test("refuses to sign fields that servers change, and to leave out From", () => {
  for (const name of [
    "Received",
    "Return-Path",
    "bcc",
    "Resent-Bcc",
    "DKIM-Signature",
    "ARC-Seal",
    "Authentication-Results",
  ]) {
    refused({ ...usual, headers: ["From", name] }, /expected a field that can be signed/);
    refused({ ...usual, oversign: [name] }, /expected a field that can be signed/);
  }
  refused({ ...usual, headers: ["Subject"] }, /expected From among them/);
  for (const name of ["a b", "a:b", "x;y", "", "a\r\nb"])
    refused({ ...usual, headers: ["From", name] }, /headers\[1\]: /);
  refused({ ...usual, headers: "From" }, /expected an array/);
  assert.match(field({ headers: ["FROM", "Date", "X-None"] }), / h=from:from:date:date; /);
  assert.match(field({ headers: ["From", "Date"], oversign: [] }), / h=from:date; /);
  assert.match(field({ headers: ["From"], oversign: ["Subject"] }), / h=from:subject; /);
});

test("an unknown option is refused with the nearest, and so is an option of another type", () => {
  refused({ ...usual, privateKey: "x" }, /there is no "privateKey"; the nearest is \w+/);
  refused({ ...usual, keySelector: "x" }, /the nearest is selector/);
  refused({ ...usual, canonicalization: "relaxed" }, /canonicalization: /);
  refused({ ...usual, canonicalization: "nowsp/simple" }, /canonicalization: /);
  refused({ ...usual, insecureBodyLength: 1 }, /insecureBodyLength: expected true or false/);
  for (const options of [undefined, null, "example.com"]) refused(options, /expected an object, got /);
});

test("accepts only signers", () => {
  for (const other of [null, {}, "x", { awaited: false }, [undefined]]) {
    assert.throws(() => Message.builder().sign(other as never), /sign: expected a Signer/);
  }
});
