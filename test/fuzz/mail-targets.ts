import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { EnvoiError } from "envoi";
import { AuthenticationResults } from "envoi/verify";
import type { Canonicalization } from "#src/signing/canonicalization.js";
import { instancesIn, readChain } from "#src/verify/arc/arc-chain.js";
import { readDkimSignature } from "#src/verify/dkim/dkim-signature.js";
import { readAuthor } from "#src/verify/dmarc/author.js";
import { MessageReader } from "#src/verify/message/message-reader.js";
import { isInNameOf } from "#src/verify/results/authserv-id.js";
import { Stamp } from "#src/verify/results/stamp.js";
import { BodyHashes } from "#src/verify/signature/body-hashes.js";
import { readKeyRecord } from "#src/verify/signature/key-record.js";
import type { SignedHeader } from "#src/verify/signature/signed-header.js";
import { readTagList } from "#src/verify/signature/tag-list.js";
import type { Target } from "./fuzz.js";
import { readInput, seed } from "./input.js";

const tagWords: readonly Buffer[] = [
  "v=1; a=rsa-sha256; c=relaxed/simple; d=x.test; s=y; h=from:to; bh=AAAA; b=BBBB",
  "v=DKIM1; k=rsa; t=y:s; h=sha256; s=email; p=",
  "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY",
  "i=ann@x.test",
  "i=1; cv=none",
  "l=5",
  "t=1; x=2",
  ";",
  "=",
  " ",
  "\r\n\t",
  "k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
  "\xc3\xa9",
  "\0",
].map((text) => Buffer.from(text, "latin1"));

/** Tag lists, and what is made of them: whoever reads one gets a result, and a list says what its tags say. */
export const tagLists: Target = {
  name: "tag lists, key records and signatures",
  words: tagWords,
  seeds: tagWords.map((word) => Buffer.concat([seed(0), word])),
  run(input) {
    const text = readInput(input).wire.toString("latin1");
    const list = readTagList(text);
    if (!("problem" in list)) {
      const specs = text.split(";").map((spec) => spec.split("="));
      if (specs.at(-1)?.join("=").trim() === "") specs.pop();
      assert.deepEqual(
        [...list.keys()],
        specs.map(([name]) => name?.trim()),
      );
      for (const [name, tag] of list) {
        assert.ok(text.slice(0, tag.start).trimEnd().endsWith("="));
        assert.equal(text.slice(tag.start, tag.end).replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, ""), tag.value, name);
      }
    }
    const record = readKeyRecord(text);
    assert.ok("key" in record ? record.key.bits >= 256 : record.code.startsWith("key-"));
    const signature = readDkimSignature({ name: "dkim-signature", text: `DKIM-Signature:${text}` });
    if ("code" in signature) return;
    assert.ok(signature.names.includes("from"));
    assert.ok(signature.identity.endsWith(signature.domain));
    assert.ok(signature.unsigned.length < text.length + "DKIM-Signature:".length);
  },
};

const resultWords: readonly Buffer[] = [
  'mx.test; spf=pass smtp.mailfrom=a@b.test; dkim=fail reason="x" header.d=b.test',
  "mx.test 1; none",
  "MX.Test.",
  "(comment)",
  '"',
  "\\",
  ";",
  "=",
  ".",
  "/1",
  "\r\n ",
].map((text) => Buffer.from(text));

/** Authentication-Results: what is read is written, and read again, as the same; our name is never overlooked. */
export const results: Target = {
  name: "Authentication-Results",
  words: resultWords,
  seeds: resultWords.map((word) => Buffer.concat([seed(0), word])),
  run(input) {
    const text = readInput(input).wire.toString("latin1");
    const ours = isInNameOf(text, "mx.test");
    let read: AuthenticationResults;
    try {
      read = AuthenticationResults.parse(text);
    } catch (error) {
      assert.ok(EnvoiError.is(error) && error.kind === "message", String(error));
      return;
    }
    assert.deepEqual({ ...AuthenticationResults.parse(read.toString()) }, { ...read });
    if (/^mx\.test\.?$/i.test(read.authservId) && !/^[ \t]*authentication-results/i.test(text))
      assert.ok(ours);
  },
};

const mailWords: readonly Buffer[] = [
  "From: a@b.test\r\n",
  "DKIM-Signature: v=1; a=rsa-sha256; d=b.test; s=s; h=from; bh=AA; b=AA\r\n",
  "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=b.test; s=s; b=AA\r\n",
  "ARC-Message-Signature: i=1; a=rsa-sha256; d=b.test; s=s; h=from; bh=AA; b=AA\r\n",
  "ARC-Authentication-Results: i=1; mx.test; none\r\n",
  "Authentication-Results: mx.test; dmarc=pass\r\n",
  " ",
  "\t",
  "\r\n",
  "\n",
  "\r",
  "\r\n\r\n",
  "\n\n",
  "x",
].map((text) => Buffer.from(text));

/** Messages: the same whole and cut up; the body has the hashes of its plain canonical forms. */
export const messages: Target = {
  name: "messages",
  words: mailWords,
  seeds: mailWords.map((word) => Buffer.concat([seed(0), word, Buffer.from("\r\nbody\r\n")])),
  run(input) {
    const { flags, wire, pieces } = readInput(input);
    const whole = taken([wire], flags);
    assert.deepEqual(taken(pieces, flags), whole);
    const { body, hashes, length } = whole;
    for (const [index, form] of forms.entries()) {
      const plain = canonical(body, form);
      assert.deepEqual(hashes[index * 2], { total: plain.length, hash: sha256(plain) });
      const beginning = length > plain.length ? undefined : sha256(plain.slice(0, length));
      assert.deepEqual(hashes[index * 2 + 1], { total: plain.length, hash: beginning });
    }
    const stamp = new Stamp("Authentication-Results: mx.test; none\r\n", "mx.test");
    const stamped = stamp.bytes(wire);
    assert.equal(stamp.bytes(stamped).toString("latin1"), stamped.toString("latin1"));
    assert.match(stamped.toString("latin1"), /^Authentication-Results: mx\.test; none\r?\n(?![ \t])/);
  },
};

const forms: readonly Canonicalization[] = ["simple", "relaxed"];

function taken(pieces: readonly Buffer[], length: number) {
  let body = "";
  let header: SignedHeader | undefined;
  const signatures = forms.flatMap((form) => [
    { body: form, length: undefined },
    { body: form, length },
  ]);
  const hashes = new BodyHashes(signatures);
  const reader = new MessageReader({
    head: (read) => {
      header = read;
    },
    body: (octets) => {
      body += octets.toString("latin1");
      hashes.update(octets);
    },
  });
  for (const piece of pieces) reader.write(piece);
  reader.end();
  hashes.end();
  assert.ok(header !== undefined);
  const fields = header.fields.map(({ name, text }) => [name, text]);
  const chain = readChain(header);
  const author = readAuthor(header.named("from").map(({ text }) => text));
  return {
    body,
    fields,
    length,
    hashes: signatures.map((signature) => hashes.of(signature)),
    chain: "code" in chain ? chain.code : chain.links.length,
    instances: instancesIn(header),
    author,
  };
}

/** After the words of RFC 6376 section 3.4, and as slowly. */
function canonical(body: string, form: Canonicalization): string {
  const lines = body.split("\r\n");
  const plain =
    form === "simple" ? lines : lines.map((line) => line.replace(/[\t ]+/g, " ").replace(/ $/, ""));
  while (plain.at(-1) === "") plain.pop();
  const text = plain.map((line) => `${line}\r\n`).join("");
  return form === "simple" && text === "" ? "\r\n" : text;
}

function sha256(text: string): string {
  return createHash("sha256").update(text, "latin1").digest("base64");
}
