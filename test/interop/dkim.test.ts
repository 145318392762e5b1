import assert from "node:assert/strict";
import { sign } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Attachment, DkimSigner, Message, type Signer } from "envoi";
import { letters, write } from "../message/arbitrary-message.ts";
import { fc } from "../property.ts";
import { ed25519, messageVector, recordOf, rsa } from "../signing/keys.ts";
import { reproduce } from "../signing/reproduce.ts";
import { run } from "./program.ts";
import { runScript } from "./python.ts";

// The oracles are dkimpy and OpenDKIM. Neither asks DNS: dkimpy is given its records, and opendkim reads them from the
// file that its own tests use. (opendkim-testmsg has no way to be given one, and signs by rsa-sha1 only.)

const domain = "xn--mnchen-3ya.example";
const keys = { rsa, ed25519 } as const;
const records = Object.fromEntries(
  Object.entries(keys).map(([selector, key]) => [`${selector}._domainkey.${domain}`, recordOf(key)]),
);
const forms = ["relaxed/relaxed", "relaxed/simple", "simple/relaxed", "simple/simple"] as const;

/** An RSA and an Ed25519 signature of each canonicalisation, with what else can be said in one. */
const signers: readonly Signer[] = forms.flatMap((canonicalization, index) =>
  (["rsa", "ed25519"] as const).map((selector) =>
    DkimSigner.create({
      domain: "m\u00fcnchen.example",
      selector,
      key: keys[selector],
      canonicalization,
      ...(index % 2 === 0 && { identity: '"a; b"@news.m\u00fcnchen.example', expiresIn: 3600 }),
      insecureBodyLength: index === 3,
    }),
  ),
);

async function verifiedByDkimpy(messages: readonly Buffer[]): Promise<string[][]> {
  const verify = messages.map((message) => message.toString("base64"));
  return JSON.parse(await runScript("dkimpy.py", [], JSON.stringify({ verify, records })));
}

/** How often each mail has a signature that OpenDKIM lets pass. */
async function verifiedByOpenDkim(messages: readonly Buffer[]): Promise<number[]> {
  const directory = await mkdtemp(join(tmpdir(), "envoi-dkim-"));
  try {
    const zone = Object.entries(records).map(([name, record]) => `${name} ${record}\n`);
    await writeFile(join(directory, "keys"), zone.join(""));
    // Usually it looks at three signatures.
    const configuration = `TestPublicKeys ${join(directory, "keys")}\nMode v\nMaximumSignaturesToVerify 8\n`;
    await writeFile(join(directory, "opendkim.conf"), configuration);
    const files = messages.map((_, index) => join(directory, `${index}.eml`));
    await Promise.all(messages.map((message, index) => writeFile(files[index] ?? "", message)));
    const counts: number[] = [];
    for (const file of files) {
      const said = (
        await run("opendkim", ["-x", join(directory, "opendkim.conf"), "-t", file, "-vv"])
      ).toString();
      counts.push(said.match(/dkim=pass/g)?.length ?? 0);
    }
    return counts;
  } finally {
    await rm(directory, { recursive: true });
  }
}

const all = ["holds", "holds", "holds", "holds", "holds", "holds", "holds", "holds"];

test("dkimpy verifies every signature of generated messages", async () => {
  const written = fc.sample(letters, { numRuns: 150, seed: 1 });
  const signed = written.map((letter) =>
    Buffer.concat(write(letter).content({ eightBit: true }, signers).chunks ?? []),
  );
  for (const verdict of await verifiedByDkimpy(signed)) assert.deepEqual(verdict, all);
});

test("OpenDKIM verifies every signature of generated messages", async () => {
  const written = fc.sample(letters, { numRuns: 25, seed: 2 });
  const signed = written.map((letter) =>
    Buffer.concat(write(letter).content({ eightBit: true }, signers).chunks ?? []),
  );
  assert.deepEqual(
    await verifiedByOpenDkim(signed),
    signed.map(() => 8),
  );
});

test("both verify a mail of streams, and reject a changed one", async () => {
  const message = Message.builder()
    .from("a@m\u00fcnchen.example")
    .to("b@example.org")
    .subject("Streams")
    .text("Hello  \n\n\n")
    .attach(
      Attachment.fromStream("large.bin", async function* () {
        for (let index = 0; index < 60; index++) yield Buffer.alloc(33_333, index);
      }),
    )
    .sign(signers)
    .build();
  const octets = await message.bytes();
  const changed = Buffer.from(octets.toString("latin1").replace("\r\nHello", "\r\nHallo"), "latin1");
  const [intact, broken] = await verifiedByDkimpy([octets, changed]);
  assert.deepEqual(intact, all);
  assert.ok(broken?.every((verdict) => verdict !== "holds"));
  assert.deepEqual(await verifiedByOpenDkim([octets, changed]), [8, 0]);
});

test("mails of the vectors verify when they are signed unchanged", async () => {
  const mails = ["test.message", "ed25519test.msg", "test_extra.message", "rfc6376.msg"].map((file) => {
    const message = messageVector(file);
    const end = message.indexOf("\r\n\r\n") + 4;
    const head = message.toString("latin1", 0, end - 4).split(/\r\n(?![ \t])/);
    const fields = head.map((text) => ({ name: text.slice(0, text.indexOf(":")).toLowerCase(), text }));
    const signatures = signers.map((signer) => {
      const signing = signer.begin();
      signing.update(message.subarray(end));
      return signing.finish(fields);
    });
    return Buffer.concat([Buffer.from(signatures.join(""), "latin1"), message]);
  });
  for (const verdict of await verifiedByDkimpy(mails)) assert.deepEqual(verdict, all);
  assert.deepEqual(await verifiedByOpenDkim(mails), [8, 8, 8, 8]);
});

test("envoi makes the same signature as dkimpy, byte for byte", async () => {
  const written = fc.sample(letters, { numRuns: 15, seed: 3 });
  const tasks = written.flatMap((letter) => {
    const message = write(letter).formatted().toString("base64");
    return forms.flatMap((canonicalization) => [
      { message, canonicalization, domain, selector: "rsa", algorithm: "rsa-sha256", key: pem() },
      { message, canonicalization, domain, selector: "ed25519", algorithm: "ed25519-sha256", key: seed() },
    ]);
  });
  const signed: string[] = JSON.parse(await runScript("dkimpy.py", [], JSON.stringify({ sign: tasks })));
  assert.equal(signed.length, tasks.length);
  for (const message of signed) {
    const { tag, bodyHash, signable, digest } = reproduce(Buffer.from(message, "base64"));
    assert.equal(bodyHash, tag("bh"));
    const key = tag("a") === "rsa-sha256" ? rsa : ed25519;
    assert.equal(sign(digest, signable, key).toString("base64"), tag("b"));
  }
});

function pem(): string {
  return rsa.export({ type: "pkcs1", format: "pem" }).toString();
}

function seed(): string {
  return ed25519.export({ type: "pkcs8", format: "der" }).subarray(-32).toString("base64");
}
