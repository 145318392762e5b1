import assert from "node:assert/strict";
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  verify as holds,
  type KeyObject,
  sign,
} from "node:crypto";
import { test } from "node:test";
import { HeadReader, type RawField } from "#src/mime/head-reader.js";
import { BodyHash } from "#src/signing/canonical-body.js";
import { type Canonicalization, canonicalField } from "#src/signing/canonicalization.js";
import { signedFields } from "#src/signing/signed-fields.js";
import { ed25519Key, messageVector, publicKey, vector } from "./keys.ts";
import { tagsOf, verify } from "./verify.ts";

// The published signatures are reproduced by the parts of the signer: the same octets are hashed, the same are signed,
// and the keys that are published too give the same signatures.

const brisbane = ed25519Key(vector("rfc8032_7_1.key"));
const football = createPrivateKey(vector("rfc6376-appendix-c.key"));

const published: readonly { file: string; private: KeyObject | undefined; public: KeyObject }[][] = [
  [{ file: "rfc6376-appendix-a.signed.msg", private: football, public: createPublicKey(football) }],
  ["rfc8463.signed.msg", "rfc6376.signed.msg"].flatMap((file) => [
    { file, private: brisbane, public: createPublicKey(brisbane) },
    { file, private: undefined, public: publicKey(vector("test.txt")) },
  ]),
].map((list) => list);

for (const [index, { file, ...key }] of published.flat().entries()) {
  const ordinal = published.flat().filter((each, at) => each.file === file && at < index).length;
  test(`signature ${ordinal + 1} of ${file} is over the octets that we would sign`, () => {
    const { header, body } = read(messageVector(file));
    const signatures = header.filter(({ name }) => name === "dkim-signature");
    const { text } = signatures[ordinal] ?? assert.fail("it is not there");
    const tags = tagsOf(text);
    const tag = (name: string): string => (tags.get(name) ?? "").replace(/\s/g, "");
    const [headerForm, bodyForm] = tag("c").split("/") as [Canonicalization, Canonicalization];

    const hash = new BodyHash(bodyForm);
    hash.update(body);
    assert.equal(hash.digest(), tag("bh"));

    const data = dataOf(header, tag("h"), text, headerForm);
    const ed = tag("a") === "ed25519-sha256";
    const signable = ed ? createHash("sha256").update(data).digest() : data;
    const digest = ed ? null : "sha256";
    assert.ok(holds(digest, signable, key.public, Buffer.from(tag("b"), "base64")));
    if (key.private === undefined) return;
    assert.equal(sign(digest, signable, key.private).toString("base64"), tag("b"));
  });
}

test("the verifier of these tests agrees that the published signatures hold, and sees what was changed", () => {
  const zone = new Map([
    ["brisbane._domainkey.football.example.com", createPublicKey(brisbane)],
    ["test._domainkey.football.example.com", publicKey(vector("test.txt"))],
    ["brisbane._domainkey.example.com", createPublicKey(football)],
  ]);
  for (const { file } of published.flat()) {
    const message = messageVector(file).toString();
    verify(Buffer.from(message), zone);
    assert.throws(() => verify(Buffer.from(message.replace("hungry", "angry")), zone), /bh=/);
    assert.throws(
      () => verify(Buffer.from(message.replace("\r\nSubject: Is", "\r\nSubject: As")), zone),
      /b=/,
    );
    assert.throws(
      () => verify(Buffer.from(`From: x@y\r\n${message}`.replace(/(From: Joe.*\r\n)/, "")), zone),
      /b=/,
    );
  }
});

function read(message: Buffer): { header: RawField[]; body: Buffer } {
  const reader = new HeadReader();
  const body = reader.push(message) ?? assert.fail("no body");
  return { header: reader.fields(), body };
}

/** What is signed: the fields of `h=`, which in these messages stand once, and the signature's own. */
function dataOf(header: readonly RawField[], h: string, signature: string, form: Canonicalization): Buffer {
  const names = h.toLowerCase().split(":");
  const { fields } = signedFields(header, new Map([...new Set(names)].map((name) => [name, "present"])));
  let data = "";
  for (const { name, text } of fields) data += `${canonicalField(name, text, form)}\r\n`;
  data += canonicalField("dkim-signature", signature.replace(/([;\s]b=)[^;]*/, "$1"), form);
  return Buffer.from(data, "latin1");
}
