import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { DkimSigner } from "envoi";
import { type Advice, advise, authenticate, Resolver, type Zone } from "envoi/verify";
import { rsa } from "../../signing/keys.js";
import { letter, mail, signedBy } from "../signed-mail.js";

const now = new Date("2026-11-30T12:00:00Z");
const world: Zone = {
  "example.com": { TXT: ["v=spf1 ip4:192.0.2.1 -all"] },
  "_dmarc.example.com": { TXT: ["v=DMARC1; p=reject"] },
  "rsa._domainkey.example.com": { TXT: [record("rsa")] },
  "mail.example.com": { TXT: ["v=spf1 a -all"], A: ["192.0.2.1"] },
};
const origin = { ip: "192.0.2.1", hello: "mail.example.com", from: "ann@example.com" };
const signed = signedBy(letter, { timestamp: now });

function record(selector: string, key = rsa): string {
  return DkimSigner.record({ domain: "example.com", selector, key, allowShortRsaKey: true }).value;
}

async function advised(
  message: Buffer,
  changes: Zone = {},
  from: Partial<typeof origin> | null = {},
): Promise<readonly Advice[]> {
  const resolver = Resolver.zone({ ...world, ...changes });
  const given = from && { origin: { ...origin, ...from } };
  return advise(await authenticate(message, { resolver, authservId: "mx.example.net", now, ...given }));
}

function short(lines: readonly Advice[]): string[] {
  return lines.map(({ severity, about }) => `${severity} ${about}`);
}

test("says nothing if SPF, DKIM and DMARC pass under a policy", async () => {
  assert.deepEqual(await advised(signed), []);
});

test("puts errors first, and says for each what is wrong and what to change", async () => {
  const lines = await advised(letter, {}, { ip: "203.0.113.9" });
  assert.deepEqual(lines, [
    {
      severity: "error",
      about: "dmarc",
      what: "Neither SPF nor DKIM passed for a domain that is aligned with example.com. Its owner asks receivers to refuse the message (reject).",
      remedy:
        "Let the server that sends this mail sign it with DKIM for example.com, or send with a MAIL FROM of example.com that its SPF record allows.",
    },
    {
      severity: "error",
      about: "spf",
      what: 'SPF of example.com is "fail": "-all" in the record of example.com matches 203.0.113.9.',
      remedy: 'If this client sends for example.com, add "ip4:203.0.113.9" to the record of example.com.',
    },
    {
      severity: "warning",
      about: "spf",
      what: 'SPF of the client\'s name mail.example.com is "fail": "-all" in the record of mail.example.com matches 203.0.113.9.',
      remedy:
        'If this client sends for mail.example.com, add "ip4:203.0.113.9" to the record of mail.example.com.',
    },
    {
      severity: "warning",
      about: "dkim",
      what: "The message has no DKIM signature.",
      remedy: "Sign it with DKIM for example.com.",
    },
  ]);
});

test("warns of a mail that passes by SPF alone, because forwarding breaks it", async () => {
  assert.deepEqual(short(await advised(letter)), ["warning dmarc", "warning dkim"]);
});

test("makes a warning of a failure of SPF if DKIM proves the author", async () => {
  const lines = await advised(signed, {}, { ip: "203.0.113.9", hello: "[203.0.113.9]" });
  assert.deepEqual(short(lines), ["warning spf"]);
});

test("makes an error of a broken signature only if DMARC does not pass", async () => {
  const broken = Buffer.from(signed.toString("latin1").replace("At four?", "At five?"), "latin1");
  assert.deepEqual(short(await advised(broken)), ["warning dmarc", "warning dkim"]);
  const [first, second] = await advised(broken, {}, { ip: "203.0.113.9", hello: "[203.0.113.9]" });
  assert.deepEqual(short([first as Advice]), ["error dmarc"]);
  assert.equal(second?.severity, "error");
});

for (const [title, changes, expected] of [
  ["a missing DMARC record", { "_dmarc.example.com": {} }, ["warning dmarc"]],
  ["a policy that asks for nothing", { "_dmarc.example.com": { TXT: "v=DMARC1; p=none" } }, ["note dmarc"]],
  [
    "a policy that is tested",
    { "_dmarc.example.com": { TXT: "v=DMARC1; p=quarantine; t=y" } },
    ["note dmarc"],
  ],
  ["an invalid policy", { "_dmarc.example.com": { TXT: "v=DMARC1; p=refuse" } }, ["error dmarc"]],
  [
    "an invalid policy with reports",
    { "_dmarc.example.com": { TXT: "v=DMARC1; p=refuse; rua=mailto:a@example.com" } },
    ["warning dmarc"],
  ],
  ["a missing SPF record", { "example.com": {} }, ["warning spf"]],
  ["an SPF record that decides nothing", { "example.com": { TXT: "v=spf1 ?all" } }, ["warning spf"]],
  ["two SPF records", { "example.com": { TXT: ["v=spf1 -all", "v=spf1 +all"] } }, ["warning spf"]],
  ["DNS that does not answer for SPF", { "example.com": { TXT: "temporary" } }, ["note spf"]],
  ["a crowded SPF record", crowd(9), ["note spf"]],
  [
    "a key that was withdrawn",
    { "rsa._domainkey.example.com": { TXT: "v=DKIM1; p=" } },
    ["warning dmarc", "warning dkim"],
  ],
  [
    "a key that is being tested",
    { "rsa._domainkey.example.com": { TXT: `${record("rsa")}; t=y` } },
    ["note dkim"],
  ],
] as const satisfies readonly [string, Zone, readonly string[]][]) {
  test(`advises on ${title}`, async () => {
    const lines = await advised(signed, changes);
    assert.deepEqual(short(lines), expected);
    for (const { what, remedy } of lines) {
      assert.match(what, /[.]$/);
      assert.match(remedy ?? "", /^[A-Z].*[.]$/);
    }
  });
}

function crowd(terms: number): Zone {
  const names = Array.from({ length: terms }, (_, at) => `n${at}.example.com`);
  return {
    ...Object.fromEntries(names.map((name) => [name, { A: ["198.51.100.1"] }])),
    "example.com": { TXT: `v=spf1 ${names.map((name) => `a:${name}`).join(" ")} ip4:192.0.2.1 -all` },
  };
}

test("warns of a short key, and notes fields that are not signed", async () => {
  const key = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey;
  const message = signedBy(letter, {
    timestamp: now,
    selector: "old",
    key,
    headers: ["From"],
    allowShortRsaKey: true,
  });
  const lines = await advised(message, { "old._domainkey.example.com": { TXT: record("old", key) } });
  assert.deepEqual(short(lines), ["warning dkim", "note dkim"]);
  assert.match(lines[1]?.what ?? "", /leaves Subject, To, Date out/);
  assert.match(lines[0]?.what ?? "", /old\._domainkey\.example\.com has 1024 bits/);
});

for (const [title, head, pattern] of [
  ["no From", "To: bob@example.org", /with one address/],
  ["two From fields", "From: a@example.com\nFrom: b@example.com", /one From field/],
  ["authors of two domains", "From: a@example.com, b@example.org", /one domain/],
  ["a From that cannot be read", "From: a@example.com <b@example.com", /one address/],
] as const) {
  test(`says how to write From if a message has ${title}`, async () => {
    const [first] = await advised(mail(`${head}\nSubject: x\n\nx\n`));
    assert.deepEqual([first?.severity, first?.about], ["error", "dmarc"]);
    assert.match(first?.remedy ?? "", pattern);
  });
}

test("asks for the address of the client if it is not known", async () => {
  const lines = await advised(signed, {}, null);
  assert.ok(lines.some(({ about, severity }) => about === "spf" && severity === "note"));
});
