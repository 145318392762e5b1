import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ArcSealer, type ArcVerdict, AuthenticationResults, Resolver, verifyArc } from "envoi/verify";
import { cut } from "../../cut.js";
import { ed25519, rsa } from "../../signing/keys.js";
import { letter, mail, signedBy, zone } from "../signed-mail.js";

interface Scenario {
  readonly domain: string;
  readonly sel: string;
  readonly privatekey: string;
  readonly "txt-records": Readonly<Record<string, string>>;
  readonly tests: Readonly<Record<string, SignCase>>;
}

interface SignCase {
  readonly message: string;
  readonly t: number;
  readonly "sig-headers": string;
  readonly "srv-id": string;
  readonly AS: string;
  readonly AMS: string;
  readonly AAR: string;
}

const path = new URL("../../../../test/vectors/arc/arc-draft-sign-tests.json", import.meta.url);
const scenarios: readonly Scenario[] = JSON.parse(readFileSync(path, "utf8"));

/** The tags without white space, which the suite does not compare. */
function tags(field: string): string[] {
  return field
    .replace(/^ARC-[A-Za-z-]+:/, "")
    .replace(/\s/g, "")
    .replace(/;$/, "")
    .split(";")
    .sort();
}

function relaxed(field: string): string {
  const value = field
    .slice(field.indexOf(":") + 1)
    .replace(/\s+/g, " ")
    .trim();
  return `${field.slice(0, field.indexOf(":")).toLowerCase()}:${value}`;
}

for (const { domain, sel, privatekey, tests, "txt-records": records } of scenarios) {
  const resolver = Resolver.zone(
    Object.fromEntries(Object.entries(records).map(([name, text]) => [name, { TXT: [text] }])),
  );
  for (const [name, row] of Object.entries(tests)) {
    test(`seals like the ARC suite: ${name}`, async () => {
      const message = mail(row.message);
      const sealer = ArcSealer.create({
        domain,
        selector: sel,
        key: createPrivateKey(privatekey),
        allowShortRsaKey: true,
        headers: row["sig-headers"].split(":"),
        oversign: [],
        timestamp: new Date(row.t * 1000),
      });
      // The suite has the results in fields of the message.
      const results = [...row.message.matchAll(/^Authentication-Results:([^;]*);((?:.*\n[ \t])*.*)/gm)]
        .filter(([, id]) => id?.trim() === row["srv-id"])
        .map(([, , value]) => value?.trim().replaceAll("\n", "\r\n"));
      const field = `Authentication-Results: ${row["srv-id"]}; ${results.join("; ")}\r\n`;
      const sealed = (
        await sealer.seal(message, { field, arc: await verifyArc(message, { resolver }) })
      ).toString();
      const [seal = "", signature = "", found = ""] = sealed.split(/\r\n(?![ \t])/);
      const without = (list: string[]) => list.filter((tag) => !tag.startsWith("b="));
      assert.deepEqual(without(tags(seal)), without(tags(row.AS)));
      assert.deepEqual(tags(signature), tags(row.AMS));
      assert.deepEqual(tags(found), tags(row.AAR));
      if (row.AS === "") return;
      // The seals of the suite are over signatures in one line; with ours in one line, they fit too.
      const inLine = signature.replace(/b=[^;]*/, (value) => value.replace(/\s/g, ""));
      const theirs = `ARC-Seal: ${row.AS.trim().replaceAll("\n", "\r\n ")}`;
      if (row.AS.includes("cv=fail")) {
        const text = [found, inLine, theirs.replace(/b=[^;]*/, "b=")].map(relaxed).join("\r\n");
        const value = Buffer.from(/b=([^;]*)/.exec(row.AS)?.[1] ?? "", "base64");
        assert.ok(verify("sha256", Buffer.from(text), createPublicKey(privatekey), value));
      } else {
        const whole = Buffer.from(
          `${theirs}\r\n${inLine}\r\n${found}\r\n${message.toString("latin1")}`,
          "latin1",
        );
        assert.equal((await verifyArc(whole, { resolver })).result, "pass");
      }
    });
  }
}

const field = AuthenticationResults.of("mx.example.com", [
  {
    method: "dmarc",
    result: "pass",
    properties: [{ type: "header", property: "from", value: "example.com" }],
  },
]).toField();
const resolver = Resolver.zone(zone);
const now = new Date("2026-11-30T12:00:00Z");
const options = { domain: "example.com", selector: "rsa", key: rsa, timestamp: now } as const;
const sealer = ArcSealer.create(options);

async function arcOf(message: Buffer): Promise<ArcVerdict> {
  return await verifyArc(message, { resolver, now });
}

/** The message with one more set. */
async function passedOn(message: Buffer, by = sealer): Promise<Buffer> {
  return Buffer.concat([await by.seal(message, { field, arc: await arcOf(message) }), message]);
}

test("makes chains that pass, by both algorithms, over signatures and folded lists of fields", async () => {
  const other = ArcSealer.create({ ...options, selector: "ed25519", key: ed25519 });
  let message = signedBy(letter);
  for (let instance = 1; instance <= 5; instance++) {
    message = await passedOn(message, instance % 2 === 0 ? other : sealer);
    const arc = await arcOf(message);
    assert.deepEqual([arc.result, arc.instances, arc.oldestPass], ["pass", instance, 0]);
    assert.doesNotMatch(message.toString(), /^.{79,}$/m);
  }
  const { sets } = await arcOf(message);
  assert.deepEqual(
    sets.map(({ instance, sealer: by, signer, signsFrom, sealedAt, results }) => [
      ...[instance, by, signer, signsFrom, sealedAt?.getTime() === now.getTime()],
      results?.results[0]?.result,
    ]),
    [1, 2, 3, 4, 5].map((instance) => [instance, "example.com", "example.com", true, true, "pass"]),
  );
});

test("signs several signatures from the bottom up", async () => {
  const twice = signedBy(signedBy(letter), { selector: "ed25519", key: ed25519 });
  assert.equal((await arcOf(await passedOn(twice))).result, "pass");
});

test("distinguishes a seal whose key nobody could answer for from one that does not fit", async () => {
  const other = ArcSealer.create({ ...options, selector: "ed25519", key: ed25519 });
  const message = await passedOn(await passedOn(letter, other));
  const records = { ...zone, "ed25519._domainkey.example.com": { TXT: "temporary" as const } };
  const { result, code } = await verifyArc(message, { resolver: Resolver.zone(records), now });
  assert.deepEqual([result, code], ["fail", "dns"]);
});

test("reports since which set the message has not been changed", async () => {
  const first = await passedOn(letter);
  const changed = Buffer.from(first.toString().replace("four", "five"));
  // A list adds its footer, and seals what it sends on by what it found out before.
  const set = await sealer.seal(changed, { field, arc: await arcOf(first) });
  const arc = await arcOf(await passedOn(Buffer.concat([set, changed])));
  assert.deepEqual([arc.result, arc.instances, arc.oldestPass], ["pass", 3, 2]);
});

test("seals a break that is found now as broken, over the new set alone, and adds nothing to a recorded one", async () => {
  const first = await passedOn(letter);
  const broken = Buffer.from(first.toString().replace("four", "five"));
  assert.deepEqual([(await arcOf(broken)).result, (await arcOf(broken)).code], ["fail", "message"]);
  const sealed = await passedOn(broken);
  assert.match(sealed.toString(), /^ARC-Seal: [^:]*cv=fail; d=example\.com; i=2;/);
  assert.equal((await arcOf(sealed)).code, "recorded");
  // The seal is over its own set: whatever happens to the others, it is the same.
  const without = Buffer.concat([
    Buffer.from("X: y\r\n"),
    broken.subarray(broken.indexOf("ARC-Message-Signature")),
  ]);
  const again = await sealer.seal(without, { field, arc: await arcOf(broken) });
  assert.equal(again.toString().match(/b=[^;]*/)?.[0], sealed.toString().match(/b=[^;]*/)?.[0]);
  assert.equal((await sealer.seal(sealed, { field, arc: await arcOf(sealed) })).length, 0);
});

test("seals fields without a valid number as a broken chain", async () => {
  const message = mail(`ARC-Seal: i=51; cv=none\n${letter.toString()}`);
  assert.match((await passedOn(message)).toString(), /cv=fail; d=example\.com; i=1;/);
});

test("adds nothing if a key cannot be looked up now, nor to 50 sets", async () => {
  const first = await passedOn(letter);
  const failing = Resolver.zone({ "rsa._domainkey.example.com": { TXT: "temporary" } });
  const arc = await verifyArc(first, { resolver: failing });
  assert.deepEqual([arc.result, arc.code], ["fail", "dns"]);
  assert.equal((await sealer.seal(first, { field, arc })).length, 0);
  let message = letter;
  for (let instance = 1; instance <= 50; instance++) {
    const passed = {
      result: instance === 1 ? "none" : "pass",
      code: "verified",
      instances: instance - 1,
    } as const;
    message = Buffer.concat([await sealer.seal(message, { field, arc: passed }), message]);
  }
  const whole = await arcOf(message);
  assert.deepEqual([whole.result, whole.instances], ["pass", 50]);
  assert.equal((await sealer.seal(message, { field, arc: whole })).length, 0);
  const oneMore = Buffer.from(message.toString().replace(/^ARC-Seal/, "ARC-Seal: i=1\r\nARC-Seal"));
  assert.equal((await arcOf(oneMore)).code, "structure");
});

test("seals the same however the message is cut, and in the line ends of the message", async () => {
  const arc = { result: "none", code: "no-chain", instances: 0 } as const;
  const expected = await sealer.seal(letter, { field, arc });
  for (let at = 0; at <= letter.length; at += 7) {
    const pieces = (async function* () {
      yield* cut(letter, [at]);
    })();
    assert.deepEqual(await sealer.seal(pieces, { field, arc }), expected);
  }
  const lf = Buffer.from(letter.toString().replaceAll("\r\n", "\n"));
  assert.equal(
    (await sealer.seal(lf, { field, arc })).toString(),
    expected.toString().replaceAll("\r\n", "\n"),
  );
});

test("seals results beyond ASCII as the octets that are sent", async () => {
  const utf8 = AuthenticationResults.of("mx.example.com", [
    {
      method: "spf",
      result: "pass",
      properties: [{ type: "smtp", property: "mailfrom", value: "j\u00f6rg@example.com" }],
    },
  ]).toField();
  const arc = { result: "none", code: "no-chain", instances: 0 } as const;
  const message = Buffer.concat([await sealer.seal(letter, { field: utf8, arc }), letter]);
  assert.equal((await arcOf(message)).result, "pass");
});

test("a signal that seals many streams at once makes no warning", async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  process.on("warning", note);
  const { signal } = new AbortController();
  const arc = { result: "none", code: "no-chain", instances: 0 } as const;
  const stream = async function* () {
    yield letter;
  };
  await Promise.all(Array.from({ length: 20 }, () => sealer.seal(stream(), { field, arc }, { signal })));
  await new Promise(setImmediate);
  process.off("warning", note);
  assert.deepEqual(warnings, []);
});

test("refuses the findings of another message, and options that are not valid", async () => {
  const first = await passedOn(letter);
  const arc = { result: "none", code: "no-chain", instances: 0 } as const;
  await assert.rejects(sealer.seal(first, { field, arc }), { kind: "configuration" });
  for (const [changes, field] of [
    [{ domain: "a b" }, /^ArcSealer\.domain: /],
    [{ selector: "a b" }, /^ArcSealer\.selector: /],
    [{ key: "no key" }, /^ArcSealer\.key: /],
    [{ algorithm: "ed25519-sha256" }, /^ArcSealer\.algorithm: /],
    [{ headers: ["to"] }, /^ArcSealer\.headers: /],
  ] as const)
    assert.throws(() => ArcSealer.create({ ...options, ...changes }), {
      kind: "configuration",
      message: field,
    });
});
