import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { DkimSigner } from "envoi";
import { ArcSealer, type Authentication, authenticate, Resolver } from "envoi/verify";
import { rsa } from "../../signing/keys.js";
import { handSigned, mail, signedBy } from "../signed-mail.js";

// The attacker holds evil.test, and everything below it, with keys and SPF of his own, and has one mail of the bank
// that the bank has signed. He must not get a pass for the bank's domain, whatever he does with them.

const now = new Date("2026-11-30T12:00:00Z");
const bankKey = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const record = (domain: string, selector: string, key = rsa) =>
  DkimSigner.record({ domain, selector, key }).value;
const world = {
  "bank.test": { TXT: ["v=spf1 ip4:192.0.2.1 -all"] },
  "_dmarc.bank.test": { TXT: ["v=DMARC1; p=reject"] },
  "s._domainkey.bank.test": { TXT: [record("bank.test", "s", bankKey)] },
  "weak._domainkey.bank.test": { TXT: ["v=DKIM1; p="] },
  "evil.test": { TXT: ["v=spf1 ip4:203.0.113.66 -all"] },
  "_dmarc.evil.test": { TXT: ["v=DMARC1; p=none"] },
  "s._domainkey.evil.test": { TXT: [record("evil.test", "s")] },
  "bank.test.evil.test": { TXT: ["v=spf1 ip4:203.0.113.66 -all"] },
  "s._domainkey.bank.test.evil.test": { TXT: [record("bank.test.evil.test", "s")] },
  "s._domainkey.test": { TXT: [record("test", "s")] },
  "s._domainkey.notbank.test": { TXT: [record("notbank.test", "s")] },
};
const resolver = Resolver.zone(world);
const attacker = { ip: "203.0.113.66", hello: "evil.test", from: "x@evil.test" };

const evil = { domain: "evil.test", selector: "s", key: rsa, timestamp: now } as const;
const forged = mail("From: CEO <ceo@bank.test>\nTo: you@victim.test\nSubject: Pay\n\nNow.\n");
const genuine = mail("From: CEO <ceo@bank.test>\nTo: you@victim.test\nSubject: News\n\nAll is well.\n");
const text = (message: Buffer): string => message.toString("latin1");
const bytes = (message: string): Buffer => Buffer.from(message, "latin1");

/** A mail of the bank, signed with the fields that it has, each once: so the attacker can try to add others. */
function bankMail(changes: Record<string, string | undefined> = {}): string {
  return text(handSigned(genuine, { d: "bank.test", s: "s", h: "from:to:subject", ...changes }, bankKey));
}

async function judged(message: Buffer, origin = attacker): Promise<Authentication> {
  return await authenticate(message, { resolver, origin, authservId: "mx.victim.test", now });
}

const signedByEvil = (message: Buffer): Buffer => signedBy(message, evil);
const header = (fields: string): Buffer => mail(`${fields}\n\nNow.\n`);

/** What the attacker sends, and from where. None of it may pass for the bank, or be shown as the bank and pass. */
const attacks: readonly [title: string, message: Buffer, origin?: typeof attacker][] = [
  ["nothing", forged],
  ["a signature of his own domain", signedByEvil(forged)],
  ["a sender of his own domain, with the bank's in HELO", forged, { ...attacker, hello: "bank.test" }],
  ["the null sender, with the bank's name in HELO", forged, { ...attacker, from: "", hello: "bank.test" }],
  ["the bank's sender from his address", forged, { ...attacker, from: "ceo@bank.test" }],
  [
    "a sender with the bank's domain in its local part",
    forged,
    { ...attacker, from: '"ceo@bank.test"@evil.test' },
  ],
  ["two addresses in the sender", forged, { ...attacker, from: "ceo@bank.test,x@evil.test" }],
  ["a NUL in the sender", forged, { ...attacker, from: "ceo@bank.test\0.evil.test" }],
  ["a sender that ends in a dot and more", forged, { ...attacker, from: "x@evil.test.bank.test" }],
  ["a signature of a name that ends in the bank's", signedBy(forged, { ...evil, domain: "notbank.test" })],
  [
    "a signature of a name that begins with the bank's",
    signedBy(forged, { ...evil, domain: "bank.test.evil.test" }),
  ],
  ["a signature of the name above the bank's", signedBy(forged, { ...evil, domain: "test" })],
  ["his identity in the bank's domain", handSigned(forged, { d: "evil.test", s: "s", i: "ceo@bank.test" })],
  [
    "the bank's d= behind his own",
    bytes(
      text(handSigned(forged, { d: "evil.test", s: "s" })).replace("d=evil.test", "d=bank.test; d=evil.test"),
    ),
  ],
  [
    "the bank's d= with a selector that leads to him",
    handSigned(forged, { d: "bank.test", s: "s._domainkey.evil.test" }),
  ],
  ["the bank's d= with a NUL", handSigned(forged, { d: "bank.test\0.evil.test", s: "s" })],
  ["the bank's d= with an encoded dot", handSigned(forged, { d: "bank=2Etest", s: "s" })],
  ["the bank's d= with his key", handSigned(forged, { d: "bank.test", s: "s" })],
  ["a key that the bank has revoked", handSigned(forged, { d: "bank.test", s: "weak" })],
  ["no algorithm", handSigned(forged, { d: "bank.test", s: "s", a: "none" })],
  [
    "an empty signature",
    bytes(`DKIM-Signature: v=1; a=rsa-sha256; d=bank.test; s=s; h=from; bh=; b=\r\n${text(forged)}`),
  ],
  ["a signature without From", handSigned(forged, { d: "bank.test", s: "s", h: "to:subject" }, bankKey)],
  ["the bank's mail with another body", bytes(bankMail().replace("All is well", "Pay me now"))],
  [
    "the bank's mail, of which only the beginning is signed, and more",
    bytes(`${bankMail({ l: "14" })}Pay me now.\r\n`),
  ],
  [
    "the bank's mail with nothing of the body signed",
    bytes(bankMail({ l: "0" }).replace("All is well", "Pay me now")),
  ],
  [
    "the bank's mail under another From",
    bytes(bankMail().replace(/^/, "From: CEO <ceo@bank.test>, <x@evil.test>\r\n")),
  ],
  [
    "the bank's mail under a second From of the bank",
    bytes(`From: Other <other@bank.test>\r\n${bankMail()}`),
  ],
  ["the bank's mail under a second Subject", bytes(`Subject: Pay\r\n${bankMail()}`)],
  [
    "the bank's mail under a Content-Type twice",
    bytes(`Content-Type: text/html\r\nContent-Type: text/html; x=y\r\n${bankMail()}`),
  ],
  [
    "the bank's mail with From in another case twice",
    bytes(`FROM: Other <other@bank.test>\r\n${bankMail()}`),
  ],
  ["the bank's mail after it has expired", bytes(bankMail({ t: "1000", x: "2000" }))],
  ["his From and the bank's", signedByEvil(header("From: x@evil.test\nFrom: ceo@bank.test"))],
  ["the bank's From and his", signedByEvil(header("From: ceo@bank.test\nFrom: x@evil.test"))],
  ["two authors", signedByEvil(header("From: ceo@bank.test, x@evil.test"))],
  ["two authors, his first", signedByEvil(header("From: x@evil.test, ceo@bank.test"))],
  ["the bank's address as his name", signedByEvil(header("From: ceo@bank.test <x@evil.test>"))],
  [
    "the bank's address in brackets and his behind",
    signedByEvil(header("From: <ceo@bank.test> <x@evil.test>")),
  ],
  ["a group of both", signedByEvil(header("From: a: ceo@bank.test;, x@evil.test"))],
  [
    "the bank's From behind a bare LF",
    bytes(
      text(
        signedByEvil(bytes("X: y\r\nFrom: x@evil.test\r\nSubject: a\nFrom: ceo@bank.test\r\n\r\nNow.\r\n")),
      ),
    ),
  ],
  [
    "the bank's From behind a bare CR",
    bytes(
      text(
        signedByEvil(bytes("X: y\r\nFrom: x@evil.test\r\nSubject: a\rFrom: ceo@bank.test\r\n\r\nNow.\r\n")),
      ),
    ),
  ],
  ["a bare LF within From", signedByEvil(bytes("X: y\r\nFrom: x@evil.test,\nceo@bank.test\r\n\r\nNow.\r\n"))],
  ["a NUL within From", signedByEvil(bytes("From: ceo@bank.test\0<x@evil.test>\r\n\r\nNow.\r\n"))],
  ["a comment that is not closed", signedByEvil(header("From: ceo@bank.test (<x@evil.test>"))],
  ["From without an address", signedByEvil(header("From: ceo"))],
  ["no From", handSigned(header("To: a@b.test"), { d: "evil.test", s: "s", h: "from:to" })],
  ["a header that is too large", bytes(`${"X: y\r\n".repeat(800_000)}${bankMail()}`)],
];

for (const [title, message, origin] of attacks) {
  test(`gives no pass for the bank's domain to ${title}`, async () => {
    const { dmarc, author, dkim } = await judged(message, origin);
    assert.notEqual(dmarc.result, "pass", dmarc.reason);
    if (author.domain === "bank.test") assert.deepEqual(dmarc.aligned, { spf: false, dkim: false });
    assert.ok(
      dkim.every(
        ({ result, domain }) => result !== "pass" || domain !== "bank.test" || author.domain === undefined,
      ),
    );
  });
}

test("passes what the bank sends, so that the attacks fail for their own reasons", async () => {
  assert.equal((await judged(bytes(bankMail()))).dmarc.result, "pass");
  const bank = { ip: "192.0.2.1", hello: "mail.bank.test", from: "ceo@bank.test" };
  assert.equal((await judged(forged, bank)).dmarc.result, "pass");
  assert.equal((await judged(signedByEvil(header("From: x@evil.test")))).dmarc.result, "pass");
});

test("gives no pass by a chain that the attacker began, trusted or not", async () => {
  const sealer = ArcSealer.create(evil);
  const field = "Authentication-Results: mx.evil.test; dmarc=pass header.from=bank.test\r\n";
  const sealed = Buffer.concat([
    await sealer.seal(forged, { field, arc: { result: "none", code: "no-chain", instances: 0 } }),
    forged,
  ]);
  const options = { resolver, origin: attacker, authservId: "mx.victim.test", now };
  for (const trustedSealers of [[], ["bank.test"], ["lists.test"], ["sub.evil.test"]]) {
    const { arc, dmarc } = await authenticate(sealed, { ...options, trustedSealers });
    assert.deepEqual([arc.result, dmarc.result, dmarc.disposition], ["pass", "fail", "reject"]);
  }
  const { dmarc } = await authenticate(sealed, { ...options, trustedSealers: ["evil.test"] });
  assert.deepEqual([dmarc.result, dmarc.disposition], ["fail", "none"]);
});

test("takes the bank's key and no other for its signature, of either kind", async () => {
  const ed = generateKeyPairSync("ed25519").privateKey;
  const zone = Resolver.zone({
    ...world,
    "s._domainkey.bank.test": {
      TXT: [
        record("bank.test", "s", bankKey),
        `v=DKIM1; k=rsa; h=sha1; ${record("evil.test", "s").slice(16)}`,
      ],
    },
  });
  for (const key of [rsa, ed]) {
    const message = handSigned(forged, { d: "bank.test", s: "s" }, key);
    const { dmarc } = await authenticate(message, { resolver: zone, origin: attacker, now });
    assert.equal(dmarc.result, "fail");
  }
  assert.equal(createPublicKey(bankKey).asymmetricKeyType, "rsa");
});
