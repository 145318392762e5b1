import assert from "node:assert/strict";
import { createHash, createPublicKey, sign } from "node:crypto";
import { test } from "node:test";
import {
  Attachment,
  type DkimOptions,
  DkimSigner,
  EnvoiError,
  Message,
  MessageError,
  type Signer,
} from "envoi";
import { cpuTime } from "../cpu-time.js";
import { letters, write } from "../message/arbitrary-message.ts";
import { fc } from "../property.ts";
import { ed25519, publicKey, rsa, zone } from "./keys.ts";
import { only, parse, tagsOf, verify } from "./verify.ts";

function dkim(selector: "rsa" | "ed25519", options: Partial<DkimOptions> = {}): Signer {
  return DkimSigner.create({
    domain: "example.com",
    selector,
    key: selector === "rsa" ? rsa : ed25519,
    ...options,
  });
}

const letter = Message.builder()
  .from("Zo\u00eb <zoe@example.com>")
  .to("b@example.org")
  .subject("Gr\u00fc\u00dfe  an alle")
  .text("Hello  there \n\nbye\t\n\n\n");

test("all canonicalisations of both algorithms verify", () => {
  for (const selector of ["rsa", "ed25519"] as const) {
    for (const canonicalization of [
      "relaxed/relaxed",
      "relaxed/simple",
      "simple/relaxed",
      "simple/simple",
    ] as const) {
      const message = letter
        .clone()
        .sign(dkim(selector, { canonicalization, identity: "@mail.example.com" }))
        .build();
      assert.equal(only(verify(message.formatted(), zone)).get("c"), canonicalization);
    }
  }
  assert.equal(
    only(verify(letter.clone().sign(dkim("rsa")).build().formatted(), zone)).get("c"),
    "relaxed/relaxed",
  );
});

test("signs with several signers, and leaves the mail below unchanged", () => {
  const plain = letter.clone().date("Sat, 21 Nov 2026 05:00:00 +0000").messageId("1@example.com");
  const signed = plain
    .clone()
    .sign([dkim("rsa"), dkim("ed25519")])
    .build()
    .formatted();
  assert.deepEqual(
    verify(signed, zone).map((tags) => tags.get("s")),
    ["rsa", "ed25519"],
  );
  const bare = plain.clone().build().formatted();
  assert.deepEqual(signed.subarray(-bare.length), bare);
  // The last call counts.
  const again = plain.sign(dkim("rsa")).sign(dkim("ed25519")).build().formatted();
  assert.equal(only(verify(again, zone)).get("s"), "ed25519");
});

test("sign is a field of a message too", () => {
  const fields = { from: "a@example.com", to: "b@example.org", text: "Hello" };
  verify(Message.create({ ...fields, sign: dkim("rsa") }).formatted(), zone);
  assert.equal(
    verify(Message.create({ ...fields, sign: [dkim("rsa"), dkim("ed25519")] }).formatted(), zone).length,
    2,
  );
});

test("makes reproducible signatures for a given time", () => {
  const timestamp = new Date("2026-11-21T05:00:00Z");
  const message = letter
    .clone()
    .sign([dkim("rsa", { timestamp }), dkim("ed25519", { timestamp })])
    .build();
  assert.deepEqual(message.formatted(), message.formatted());
});

test("prevents a further From, To, Cc, Subject or Reply-To, present or not", () => {
  const tags = only(verify(letter.clone().sign(dkim("ed25519")).build().formatted(), zone));
  const names = (tags.get("h") ?? "").replace(/\s/g, "").split(":");
  const count = (wanted: string): number => names.filter((name) => name === wanted).length;
  assert.deepEqual(["from", "to", "subject", "cc", "reply-to"].map(count), [2, 2, 2, 1, 1]);
  assert.deepEqual(
    ["date", "message-id", "mime-version", "content-type", "sender"].map(count),
    [2, 2, 2, 2, 0],
  );
  const text = letter.clone().sign(dkim("ed25519")).build().formatted().toString("latin1");
  for (const added of [
    "From: evil@example.net",
    "Subject: You won",
    "Cc: all@example.net",
    "Content-Type: text/html",
  ]) {
    assert.throws(() => verify(Buffer.from(`${added}\r\n${text}`, "latin1"), zone), /b= does not hold/);
  }
});

test("signs neither Bcc nor fields that were not asked for", () => {
  const message = letter
    .clone()
    .bcc("c@example.org")
    .keepBcc()
    .header("X-Tracking", "1")
    .sign(dkim("rsa"))
    .build();
  const text = message.formatted().toString("latin1");
  assert.match(text, /\r\nBcc: c@example.org\r\n/);
  verify(
    Buffer.from(text.replace(/\r\nBcc: .*/, "").replace("X-Tracking: 1", "X-Tracking: 2"), "latin1"),
    zone,
  );
});

test("signs the lowest of repeated fields first", () => {
  const signer = dkim("ed25519", {
    headers: ["From", "X-Tag"],
    oversign: [],
    canonicalization: "simple/simple",
  });
  const message = letter
    .clone()
    .header("X-Tag", "one")
    .header("X-Tag", "two")
    .header("X-Tag", "three")
    .sign(signer);
  const octets = message.build().formatted();
  assert.equal(only(verify(octets, zone)).get("h"), "from:x-tag:x-tag:x-tag");
  const text = octets.toString("latin1");
  // One added above those that were signed is not covered; another order is seen.
  verify(Buffer.from(`X-Tag: zero\r\n${text}`, "latin1"), zone);
  const swapped = text.replace("X-Tag: one\r\nX-Tag: two", "X-Tag: two\r\nX-Tag: one");
  assert.throws(() => verify(Buffer.from(swapped, "latin1"), zone), /b=/);
});

test("allows text to be appended if the length of the body is written", () => {
  const octets = letter
    .clone()
    .sign(dkim("rsa", { insecureBodyLength: true }))
    .build()
    .formatted();
  verify(Buffer.concat([octets, Buffer.from("-- \r\nA list adds this.\r\n")]), zone);
});

test("every line of the signature is folded at 78, whatever is in it", () => {
  const domain = `${"label-of-the-domain.".repeat(9)}example.com`;
  const names = Array.from({ length: 300 }, (_, index) => `X-Header-Number-${index}`);
  const signer = dkim("rsa", {
    domain,
    identity: `${"l".repeat(60)}@${domain}`,
    expiresIn: 60,
    headers: ["From", ...names],
  });
  const builder = letter.clone().sign(signer);
  for (const name of names) builder.header(name, "x");
  const [signature = ""] = parse(builder.build().formatted()).fields;
  for (const line of signature.split("\r\n")) {
    // A name is not cut in two.
    assert.ok(line.length <= 78 || /^\s*\S+$/.test(line), line);
    assert.ok(line.length < 998);
  }
  assert.equal(tagsOf(signature).get("h")?.replace(/\s/g, "").split(":").length, 302);
});

test("sends a signed message as 7-bit whatever the server offers", () => {
  const message = letter.clone().text("Gr\u00fc\u00dfe").sign(dkim("rsa")).build();
  const content = message.content({ eightBit: true });
  assert.equal(content.eightBit, false);
  const octets = Buffer.concat(content.chunks ?? []);
  assert.equal(content.size, octets.length);
  assert.doesNotMatch(octets.toString("latin1"), /[\x80-\xff]/);
  verify(octets, zone);
});

test("any message signs and verifies, in one piece and streamed", async () => {
  await fc.assert(
    fc.asyncProperty(
      letters,
      fc.constantFrom("relaxed", "simple"),
      fc.boolean(),
      async (content, form, eightBit) => {
        const signers = [
          dkim("ed25519", { canonicalization: `${form as "simple"}/relaxed`, timestamp: false }),
        ];
        const message = write(content);
        const signed = Buffer.concat(message.content({ eightBit }, signers).chunks ?? []);
        assert.equal(verify(signed, zone).length, 1);
        const pieces: Buffer[] = [];
        const awaited = [
          ...signers,
          { awaited: true, begin: () => ({ update: () => {}, finish: async () => "X-Late: 1\r\n" }) },
        ];
        for await (const piece of message.content({ eightBit }, awaited).stream()) pieces.push(piece);
        assert.equal(
          Buffer.concat(pieces).toString("latin1").replace("X-Late: 1\r\n", ""),
          signed.toString("latin1"),
        );
      },
    ),
    { numRuns: 60 },
  );
});

test("asks a key service for the signature, and refuses formatted()", async () => {
  const asked: string[] = [];
  const remote = (selector: "rsa" | "ed25519"): Signer =>
    dkim(selector, {
      algorithm: `${selector}-sha256`,
      key: async ({ algorithm, data, digest, signal }) => {
        asked.push(algorithm);
        assert.equal(signal, undefined);
        await new Promise(setImmediate);
        if (algorithm === "ed25519-sha256") {
          assert.deepEqual(data, digest);
          return sign(null, data, ed25519);
        }
        assert.deepEqual(createHash("sha256").update(data).digest(), digest);
        return sign("sha256", data, rsa);
      },
    });
  const message = letter
    .clone()
    .sign([remote("rsa"), remote("ed25519"), dkim("rsa")])
    .build();
  assert.throws(
    () => message.formatted(),
    (error) => error instanceof MessageError && /must be awaited/.test(error.message),
  );
  assert.deepEqual(asked, []);
  assert.equal(verify(await message.bytes(), zone).length, 3);
  const streamed: Buffer[] = [];
  for await (const piece of message.stream()) streamed.push(piece);
  assert.equal(verify(Buffer.concat(streamed), zone).length, 3);
  assert.deepEqual(asked, ["rsa-sha256", "ed25519-sha256", "rsa-sha256", "ed25519-sha256"]);
});

test("reports a key service that does not sign, and sends no unsigned mail", async () => {
  const answers: [() => unknown, RegExp][] = [
    [() => Promise.reject(new Error("access denied")), /could not be signed: access denied/],
    [
      () => {
        throw new Error("no such key");
      },
      /no such key/,
    ],
    [async () => undefined, /expected a Uint8Array from the function/],
    [async () => "c2lnbmF0dXJl", /expected a Uint8Array from the function/],
    [async () => Buffer.alloc(63), /expected a signature by ed25519-sha256 from the function, got 63 bytes/],
  ];
  for (const [answer, reason] of answers) {
    const signer = dkim("ed25519", { algorithm: "ed25519-sha256", key: answer as never });
    await assert.rejects(letter.clone().sign(signer).build().bytes(), (error: unknown) => {
      assert.ok(EnvoiError.is(error));
      assert.deepEqual([error.kind, error.delivery], ["content", "not-sent"]);
      assert.match((error as unknown as Error).message, reason);
      return true;
    });
  }
});

test("streams are signed: small ones are read once, large ones twice", async () => {
  let opened = 0;
  const file = (blocks: number): Attachment =>
    Attachment.fromStream("x.bin", async function* () {
      opened++;
      for (let index = 0; index < blocks; index++) yield Buffer.alloc(50_000, index);
    });
  for (const [blocks, readings] of [
    [3, 1],
    [40, 2],
  ] as const) {
    opened = 0;
    const message = letter
      .clone()
      .attach(file(blocks))
      .sign([dkim("rsa"), dkim("ed25519")])
      .build();
    assert.throws(() => message.formatted(), MessageError);
    assert.equal(verify(await message.bytes(), zone).length, 2);
    assert.equal(opened, readings);
  }
});

test("signs a stream that can be read once up to a megabyte, and refuses it above", async () => {
  async function* octets(size: number): AsyncGenerator<Buffer> {
    for (let sent = 0; sent < size; sent += 10_000) yield Buffer.alloc(10_000, "x");
  }
  const signed = (size: number): Promise<Buffer> =>
    letter
      .clone()
      .attach(Attachment.fromStream("x.bin", octets(size)))
      .sign(dkim("rsa"))
      .build()
      .bytes();
  verify(await signed(500_000), zone);
  await assert.rejects(signed(2_000_000), /cannot be read again. Pass a function that opens a new one/);
});

test("detects a source that changed at the second reading", async () => {
  let opened = 0;
  const file = Attachment.fromStream("x.bin", async function* () {
    opened++;
    yield Buffer.alloc(2_000_000, opened);
  });
  await assert.rejects(letter.clone().attach(file).sign(dkim("rsa")).build().bytes(), (error: unknown) => {
    assert.ok(EnvoiError.is(error));
    assert.equal(error.kind, "content");
    assert.match((error as unknown as Error).message, /changed between signing and sending/);
    return true;
  });
});

test("reports a signer that breaks its contract", () => {
  const liar: Signer = {
    awaited: false,
    begin: () => ({ update: () => {}, finish: async () => "X: y\r\n" }),
  };
  assert.throws(() => letter.clone().sign(liar).build().formatted(), /expected a string, got a promise/);
});

test("a header of ten thousand fields and a value of a megabyte of blanks are signed in linear time", () => {
  const spent = cpuTime();
  const signer = dkim("ed25519", { headers: ["From", "X-Tag"] });
  const builder = letter.clone().sign(signer);
  for (let index = 0; index < 10_000; index++) builder.header("X-Tag", `${index}`);
  verify(builder.build().formatted(), zone);
  const blanks = `a${" ".repeat(900)}\r\n\t`.repeat(3000);
  const content = Buffer.from(`From: a@example.com\r\nX-Tag: ${blanks}b\r\n\r\nx\r\n`);
  const signing = signer.begin();
  signing.update(Buffer.from("x\r\n"));
  const field = signing.finish([
    { name: "from", text: "From: a@example.com" },
    { name: "x-tag", text: `X-Tag: ${blanks}b` },
  ]);
  verify(Buffer.concat([Buffer.from(String(field)), content]), zone);
  assert.ok(spent() < 20_000);
});

test("makes the DNS record of its options", () => {
  const options = { domain: "m\u00fcnchen.example", selector: "2026", key: rsa } as const;
  const { name, value } = DkimSigner.record(options);
  assert.equal(name, "2026._domainkey.xn--mnchen-3ya.example");
  assert.deepEqual(
    publicKey(value).export({ format: "jwk" }),
    createPublicKey(rsa).export({ format: "jwk" }),
  );
  const pem = createPublicKey(rsa).export({ format: "pem", type: "spki" }).toString();
  assert.equal(DkimSigner.record({ ...options, key: pem }).value, value);
  assert.equal(DkimSigner.record({ ...options, key: createPublicKey(rsa) }).value, value);
  const ed = DkimSigner.record({ ...options, key: ed25519, timestamp: false });
  assert.match(ed.value, /^v=DKIM1; k=ed25519; p=[\w+/]{43}=$/);
  const callback = async () => Buffer.alloc(64);
  const refused = { kind: "configuration", message: /DkimSigner\.key: expected a key, got a function/ };
  assert.throws(() => DkimSigner.record({ ...options, key: callback, algorithm: "rsa-sha256" }), refused);
  assert.throws(() => DkimSigner.record({ ...options, selector: "a b" }), /DkimSigner\.selector/);
});
