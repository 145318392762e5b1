import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import {
  ArcSealer,
  type Authentication,
  AuthenticationResults,
  Authenticator,
  type AuthenticatorOptions,
  authenticate,
  type RecordType,
  Resolver,
} from "envoi/verify";
import { cut } from "../../cut.js";
import { rsa } from "../../signing/keys.js";
import { letter, mail, signedBy, zone } from "../signed-mail.js";

const now = new Date("2026-11-30T12:00:00Z");
const world = {
  ...zone,
  "example.com": { TXT: ["v=spf1 ip4:192.0.2.1 -all"] },
  "_dmarc.example.com": { TXT: ["v=DMARC1; p=reject"] },
  "mail.example.com": { TXT: ["v=spf1 a -all"], A: ["192.0.2.1"] },
  "example.org": { TXT: ["v=spf1 ip4:203.0.113.9 -all"] },
  "rsa._domainkey.lists.example.org": zone["rsa._domainkey.example.com"] ?? {},
};
const origin = { ip: "192.0.2.1", hello: "mail.example.com", from: "ann@example.com" };
const options = { resolver: Resolver.zone(world), origin, authservId: "mx.example.net", now };

test("finds out everything in one pass, and writes it into one field", async () => {
  const message = signedBy(letter, { timestamp: now });
  const { author, spf, helloSpf, dkim, arc, dmarc, queries, field } = await authenticate(message, options);
  assert.deepEqual(author, { domain: "example.com", addresses: ["ann@example.com"], reason: undefined });
  assert.deepEqual(
    [spf.result, helloSpf?.result, dkim.map(({ result }) => result), arc.result, dmarc.result],
    ["pass", "pass", ["pass"], "none", "pass"],
  );
  assert.deepEqual(dmarc.aligned, { spf: true, dkim: true });
  assert.deepEqual(queries.map(({ name, type }) => `${type} ${name}`).sort(), [
    "A mail.example.com",
    "TXT _dmarc.example.com",
    "TXT example.com",
    "TXT mail.example.com",
    "TXT rsa._domainkey.example.com",
  ]);
  const b = dkim[0]?.signature?.slice(0, 8);
  assert.equal(
    field.replace(/header\.b="?[^" ;]*"?/, "header.b=B"),
    "Authentication-Results: mx.example.net;\r\n\tspf=pass smtp.mailfrom=ann@example.com;\r\n" +
      "\tspf=pass smtp.helo=mail.example.com;\r\n" +
      "\tdkim=pass header.d=example.com header.s=rsa header.a=rsa-sha256\r\n header.b=B;\r\n" +
      "\tdmarc=pass header.from=example.com polrec.p=reject\r\n polrec.domain=example.com;\r\n\tarc=none\r\n",
  );
  const [, , signature] = AuthenticationResults.parse(field).results;
  assert.equal(signature?.properties.find(({ property }) => property === "b")?.value, b);
});

test("has the same verdicts for bytes and for a stream, however it is cut, with CRLF and with LF", async () => {
  const message = signedBy(letter, { timestamp: now });
  const expected = facts(await authenticate(message, options));
  const lf = Buffer.from(message.toString("latin1").replaceAll("\r\n", "\n"), "latin1");
  assert.deepEqual(facts(await authenticate(lf, options)), expected);
  for (let at = 0; at < message.length; at += 5)
    assert.deepEqual(facts(await authenticate(pieces(cut(message, [at])), options)), expected, `${at}`);
  assert.deepEqual(
    facts(await authenticate(pieces([...lf].map((octet) => Buffer.of(octet))), options)),
    expected,
  );
});

function facts({ stamp: _, queries, ...rest }: Authentication): object {
  return { ...rest, queries: queries.length };
}

async function* pieces(parts: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* parts;
}

test("asks for SPF before the message comes, and for keys and policies when its header has ended", async () => {
  const asked: string[] = [];
  const zoned = Resolver.zone(world);
  const resolver = {
    resolve: (name: string, type: RecordType) => {
      asked.push(`${type} ${name}`);
      return zoned.resolve(name, type);
    },
  };
  const authenticator = Authenticator.begin({ ...options, resolver });
  assert.equal((await authenticator.spf).result, "pass");
  const before = asked.length;
  const message = signedBy(letter, { timestamp: now });
  const end = message.indexOf("\r\n\r\n") + 4;
  authenticator.write(message.subarray(0, end - 1));
  await setImmediate();
  assert.equal(asked.length, before);
  authenticator.write(message.subarray(end - 1, end));
  await setImmediate();
  assert.deepEqual(asked.slice(before).sort(), ["TXT _dmarc.example.com", "TXT rsa._domainkey.example.com"]);
  authenticator.write(message.subarray(end));
  assert.equal((await authenticator.finish()).dmarc.result, "pass");
  assert.equal(authenticator.finish(), authenticator.finish());
  assert.equal(asked.length, before + 2);
});

test("judges no address that it does not know, and says so", async () => {
  const { spf, helloSpf, dmarc, field } = await authenticate(signedBy(letter), {
    ...options,
    origin: undefined,
  });
  assert.deepEqual([spf.result, spf.code, helloSpf], ["none", "no-origin", undefined]);
  assert.equal(dmarc.result, "pass");
  assert.match(field, /spf=none;/);
});

test("counts HELO only under the null sender", async () => {
  const hello = { ip: "192.0.2.1", hello: "mail.example.com" };
  const bounce = await authenticate(letter, { ...options, origin: { ...hello, from: null } });
  assert.deepEqual([bounce.spf.identity, bounce.helloSpf, bounce.dmarc.result], ["hello", undefined, "pass"]);
  assert.match(bounce.field, /spf=pass smtp\.helo=mail\.example\.com/);
  const other = await authenticate(letter, { ...options, origin: { ...hello, from: "x@evil.test" } });
  assert.deepEqual([other.spf.result, other.helloSpf?.result, other.dmarc.result], ["none", "pass", "fail"]);
});

test("gives verdicts for messages of any shape", async () => {
  for (const text of [
    "",
    "\r\n",
    "\n",
    "x",
    ":",
    "From",
    "From:",
    "\0",
    "From: <",
    " \r\n \r\n\r\n",
    "From: a@b\r\nFrom: c@d\r\n\r\n",
  ]) {
    const { dmarc, field, author } = await authenticate(Buffer.from(text), options);
    assert.equal(dmarc.result, "permerror", JSON.stringify(text));
    assert.ok(author.reason !== undefined);
    assert.equal(AuthenticationResults.parse(field).authservId, "mx.example.net");
  }
  const large = await authenticate(Buffer.alloc(5 * 1024 * 1024, "X: y\r\n"), options);
  assert.deepEqual(
    [large.dmarc.result, large.dkim[0]?.code, large.arc.code],
    ["permerror", "header-too-large", "header-too-large"],
  );
});

test("writes nothing into the field that ends a value or a line", async () => {
  const hostile = [
    'From: a@example.com\r\nDKIM-Signature: v=1; a=rsa-sha256; d=evil.test; s=x; i="a; dmarc=pass \\"\r\n\tb"@evil.test; h=from; bh=AA==; b=AA==\r\n\r\n',
    `From: a@example.com\r\nDKIM-Signature: v=1; a=rsa-sha256; d=evil.test; s=x; i=${"x".repeat(5000)}@evil.test; h=from; bh=AA==; b=AA==\r\n\r\n`,
    "From: a@example.com\r\nDKIM-Signature: v=1; a=rsa-sha256; d=evil.test; s=x; i==0D=0Aevil=00@evil.test; h=from; bh=AA==; b=AA==\r\n\r\n",
  ];
  for (const from of [
    '"a; dmarc=pass\\" x"@evil.test',
    "a\r\nX: y@evil.test",
    "x\0@evil.test",
    '";"@evil.test',
    `${"y".repeat(2000)}@evil.test`,
  ]) {
    for (const text of hostile) {
      const { field } = await authenticate(Buffer.from(text), {
        ...options,
        origin: { ip: "192.0.2.1", hello: "a b;(", from },
      });
      assert.doesNotMatch(field, /\r\n(?![\t ]|$)|[^\r]\n|\r[^\n]|\0/);
      assert.ok(field.split("\r\n").every((line) => line.length < 998));
      const { results } = AuthenticationResults.parse(field);
      assert.deepEqual(
        results.map(({ method, result }) => `${method}=${result}`).filter((each) => /dmarc/.test(each)),
        ["dmarc=fail"],
      );
    }
  }
});

test("stamps bytes and streams, and keeps others from speaking in our name", async () => {
  const forged = mail(
    `Authentication-Results: MX.example.net.; dmarc=pass header.from=bank.test\n${letter.toString()}`,
  );
  const { stamp, field } = await authenticate(forged, options);
  const stamped = stamp(forged);
  assert.equal(stamped.toString(), field + letter.toString());
  const parts: Buffer[] = [];
  for await (const part of stamp(pieces(cut(forged, [10, 60])))) parts.push(part);
  assert.equal(Buffer.concat(parts).toString(), stamped.toString());
});

test("gives temporary errors when the time is over, and not for the time that a message takes to arrive", async ({
  mock,
}) => {
  const never = { resolve: () => new Promise<never>(() => {}) };
  const late = await authenticate(signedBy(letter), { ...options, resolver: never, deadline: 20 });
  assert.deepEqual(
    [late.spf.result, late.dkim[0]?.result, late.dmarc.result, late.dmarc.disposition],
    ["temperror", "temperror", "temperror", "none"],
  );
  const message = signedBy(letter, { timestamp: now });
  mock.timers.enable({ apis: ["setTimeout"] });
  const authenticator = Authenticator.begin({ ...options, deadline: 30 });
  for (const part of cut(message, [200, 900, message.length - 10])) {
    // What was asked before is answered; the rest of the message takes long.
    await setImmediate();
    mock.timers.tick(40);
    authenticator.write(part);
  }
  const slow = await authenticator.finish();
  assert.deepEqual([slow.spf.result, slow.dkim[0]?.result, slow.dmarc.result], ["pass", "pass", "pass"]);
});

test("asks at most maxQueries questions in all", async () => {
  const asked = Resolver.zone(world);
  const few = await authenticate(signedBy(letter), { ...options, resolver: asked, maxQueries: 2 });
  assert.equal(asked.asked.length, 2);
  assert.ok(
    [few.spf.code, few.helloSpf?.code, few.dkim[0]?.code, few.dmarc.code].includes("too-many-queries"),
  );
});

test("rejects if the signal aborts or the source fails, and not otherwise", async () => {
  const aborting = new AbortController();
  const never = {
    resolve() {
      aborting.abort();
      return new Promise<never>(() => {});
    },
  };
  const waiting = authenticate(signedBy(letter), { ...options, resolver: never, signal: aborting.signal });
  await assert.rejects(waiting, { kind: "aborted" });
  async function* failing(): AsyncGenerator<Buffer> {
    yield letter;
    throw new Error("no disk");
  }
  await assert.rejects(authenticate(failing(), options), { kind: "content", message: /no disk/ });
  const throwing = { resolve: () => Promise.reject(new Error("broken resolver")) };
  const broken = await authenticate(signedBy(letter), { ...options, resolver: throwing });
  assert.deepEqual([broken.spf.result, broken.dmarc.result], ["temperror", "temperror"]);
  const authenticator = Authenticator.begin({ ...options, resolver: never });
  authenticator.abandon();
  assert.equal((await authenticator.spf).result, "temperror");
});

test("refuses options that are not valid, by name", () => {
  for (const [given, name] of [
    [{ authservId: "a b" }, /authservId/],
    [{ trustedSealers: ["a b"] }, /trustedSealers\[0\]/],
    [{ origin: { ip: "1.2.3.4", hello: "x" } }, /origin\.from/],
    [{ resolver: {} }, /resolver/],
    [{ now: "today" }, /now/],
    [{ deadline: 0 }, /deadline/],
    [{ trustedSealer: [] }, /trustedSealers/],
  ] as [AuthenticatorOptions, RegExp][])
    assert.throws(() => Authenticator.begin(given), { kind: "configuration", message: name });
});

test("lets a trusted chain change what is asked, and not what is proved", async () => {
  const received = await authenticate(signedBy(letter, { timestamp: now }), options);
  const list = ArcSealer.create({ domain: "lists.example.org", selector: "rsa", key: rsa, timestamp: now });
  const footer = Buffer.concat([signedBy(letter, { timestamp: now }), Buffer.from("-- \r\nThe list\r\n")]);
  const sent = Buffer.concat([await list.seal(footer, received), footer]);
  const hop = {
    ...options,
    origin: { ip: "203.0.113.9", hello: "lists.example.org", from: "list@example.org" },
  };
  const alone = await authenticate(sent, hop);
  assert.deepEqual(
    [alone.arc.result, alone.dmarc.result, alone.dmarc.disposition, alone.dmarc.code],
    ["pass", "fail", "reject", "not-aligned"],
  );
  const trusting = await authenticate(sent, { ...hop, trustedSealers: ["Lists.example.org"] });
  const { result, disposition, code, policy, reason } = trusting.dmarc;
  assert.deepEqual([result, disposition, code, policy], ["fail", "none", "arc", "reject"]);
  assert.match(reason, /ARC, lists\.example\.org/);
  const above = await authenticate(sent, { ...hop, trustedSealers: ["example.org"] });
  assert.equal(above.dmarc.disposition, "reject");
});

test("an authenticator takes no octets after its end, and says so", async () => {
  const authenticator = Authenticator.begin({ resolver: Resolver.zone({}), authservId: "mx.example.net" });
  authenticator.write(letter);
  await authenticator.finish();
  assert.throws(() => authenticator.write(letter), { kind: "configuration", message: /after finish/ });
});
