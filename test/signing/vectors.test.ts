import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey, verify as holds, type KeyObject, sign } from "node:crypto";
import { test } from "node:test";
import { ed25519Key, messageVector, publicKey, vector } from "./keys.ts";
import { reproduce } from "./reproduce.ts";
import { verify } from "./verify.ts";

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
];

for (const [index, { file, ...key }] of published.flat().entries()) {
  const ordinal = published.flat().filter((each, at) => each.file === file && at < index).length;
  test(`signature ${ordinal + 1} of ${file} is over the octets that we would sign`, () => {
    const { tag, bodyHash, signable, digest } = reproduce(messageVector(file), ordinal);
    assert.equal(bodyHash, tag("bh"));
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
