import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type ScramMechanism,
  type ScramSecret,
  scramSha1,
  scramSha1Plus,
  scramSha256,
  scramSha256Plus,
} from "#src/protocol/sasl/scram.js";
import { deriveKey, deriveScramKeys, type ScramKeys } from "#src/protocol/sasl/scram-keys.js";
import type { Channel, Proof } from "#src/protocol/sasl/server-mechanism.js";
import { fc } from "../../property.js";

const inClear: Channel = { certified: false, bindings: new Map() };
const bound: Channel = { certified: false, bindings: new Map([["tls-exporter", Buffer.from("exported")]]) };
const binding = { type: "tls-exporter", octets: Buffer.from("exported") };

interface Play {
  /** What was said, in turn. */
  readonly said: readonly string[];
  readonly proof: Proof | undefined;
  /** Whether the client believes the server. */
  readonly believed: boolean;
}

interface Circumstances {
  readonly channel?: Channel;
  readonly nonce?: string;
  /** Changes what is said on the way. */
  readonly bend?: (text: string, turn: number) => string;
}

/** Plays both halves against each other. */
async function play(
  mechanism: ScramMechanism,
  secret: Partial<ScramSecret>,
  keys: ScramKeys,
  { channel = inClear, nonce = "server", bend = (text) => text }: Circumstances = {},
): Promise<Play> {
  const said: string[] = [];
  const tell = (octets: Buffer) => {
    said.push(bend(octets.toString(), said.length));
    return Buffer.from(said.at(-1) as string);
  };
  const client = mechanism.client({ user: "user", password: "pencil", nonce: "client", ...secret });
  const server = mechanism.server({ hostname: "mx.test", channel, nonce });
  server.next();
  const wanted = server.next(tell(client.next().value as Buffer));
  if (wanted.done || Buffer.isBuffer(wanted.value)) return { said, proof: undefined, believed: false };
  const serverFirst = server.next(keys);
  const derivation = client.next(tell(serverFirst.value as Buffer));
  assert.ok(!derivation.done && !Buffer.isBuffer(derivation.value));
  const final = client.next(await deriveKey(derivation.value));
  const judged = server.next(tell(final.value as Buffer));
  if (judged.value === undefined) return { said, proof: undefined, believed: false };
  const proof = judged.value as Proof;
  let believed = false;
  try {
    believed = client.next(tell(proof.serverProof)).done === true;
  } catch (error) {
    assert.match(String(error), /cannot be trusted/);
  }
  return { said, proof, believed };
}

const salt = Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64");
const keys = await deriveScramKeys({ hash: "sha256", password: "pencil", salt, iterations: 4096 });

describe("SCRAM", () => {
  it("is that of RFC 5802 5", async () => {
    const salt = Buffer.from("QSXCR+Q6sek8bf92", "base64");
    const keys = await deriveScramKeys({ hash: "sha1", password: "pencil", salt, iterations: 4096 });
    const { said, proof, believed } = await play(scramSha1, { nonce: "fyko+d2lbbFgONRv9qkxdawL" }, keys, {
      nonce: "3rfcNHYJY1ZVvWVs7j",
    });
    assert.deepEqual(said, [
      "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
      "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
      "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
      "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
    ]);
    assert.deepEqual([proof?.proved, believed], [true, true]);
  });

  it("is that of RFC 7677 3", async () => {
    const { said, proof, believed } = await play(scramSha256, { nonce: "rOprNGfwEbeRWgbNEkqO" }, keys, {
      nonce: "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
    });
    assert.deepEqual(said.slice(2), [
      "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
      "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
    ]);
    assert.deepEqual([proof?.proved, believed], [true, true]);
  });

  it("is bound to the connection by -PLUS", async () => {
    const { said, proof, believed } = await play(scramSha256Plus, { binding }, keys, { channel: bound });
    assert.equal(said[0], "p=tls-exporter,,n=user,r=client");
    assert.deepEqual([proof?.proved, believed], [true, true]);
    const other = { ...binding, octets: Buffer.from("of another connection") };
    const elsewhere = await play(scramSha256Plus, { binding: other }, keys, { channel: bound });
    assert.equal(elsewhere.proof?.proved, false);
    const unknown = { ...binding, type: "x" };
    assert.equal(
      (await play(scramSha256Plus, { binding: unknown }, keys, { channel: bound })).proof,
      undefined,
    );
    const sha1 = await deriveScramKeys({ hash: "sha1", password: "pencil", salt, iterations: 4096 });
    assert.equal((await play(scramSha1Plus, { binding }, sha1, { channel: bound })).proof?.proved, true);
  });

  it("notices that somebody has hidden -PLUS on the way", async () => {
    const hidden = { binding: "unused" } as const;
    assert.equal((await play(scramSha256, hidden, keys, { channel: bound })).proof, undefined);
    assert.equal((await play(scramSha256, hidden, keys)).proof?.proved, true);
    assert.equal((await play(scramSha256, {}, keys, { channel: bound })).proof?.proved, true);
  });

  it("lets nobody in with a wrong password, nor a client believe who does not know it", async () => {
    const { proof, believed } = await play(scramSha256, { password: "pen" }, keys);
    assert.deepEqual([proof?.proved, believed], [false, false]);
    const bend = (text: string, turn: number) => (turn === 3 ? text.replace(/^v=..../, "v=AAAA") : text);
    assert.equal((await play(scramSha256, {}, keys, { bend })).believed, false);
  });

  it("notices whatever is changed on the way", async () => {
    const changes: readonly (readonly [turn: number, from: RegExp, to: string])[] = [
      [0, /n=user/, "n=root"],
      [2, /c=biws/, "c=eSws"],
      [2, /server/, "servant"],
      [2, /p=..../, "p=AAAA"],
    ];
    for (const [at, from, to] of changes) {
      const bend = (text: string, turn: number) => (turn === at ? text.replace(from, to) : text);
      assert.equal((await play(scramSha256, {}, keys, { bend })).proof?.proved, false, to);
    }
  });

  it("makes nothing of what is malformed", () => {
    for (const text of [
      "",
      "n,,",
      "n,,n=,r=x",
      "n,,r=x,n=user",
      "n,a=other,n=user,r=x",
      "n,,n=us=er,r=x",
      "n,,m=1,n=user,r=x",
      "p=tls-exporter,,n=user,r=x",
      "x,,n=user,r=x",
      "n,,n=user,r=",
      "n,,n=us\u0000er,r=x",
    ]) {
      const server = scramSha256.server({ hostname: "mx.test", channel: inClear, nonce: "n" });
      server.next();
      const next = server.next(Buffer.from(text));
      assert.deepEqual([next.done, next.value], [true, undefined], text);
    }
  });

  it("the client answers no challenge that is malformed, not its own, or too easy", () => {
    for (const challenge of [
      "",
      "r=client,s=QQ==,i=4096",
      "r=another,s=QQ==,i=4096",
      "r=clientx,s=QQ==,i=4095",
      "r=clientx,s=QQ==,i=99999999",
      "r=clientx,i=4096,s=QQ==",
      "e=other-error",
    ]) {
      const client = scramSha256.client({ user: "user", password: "pencil", nonce: "client" });
      client.next();
      const refused = { kind: "authentication", permanent: true };
      assert.throws(() => client.next(Buffer.from(challenge)), refused, challenge);
    }
  });

  it("carries any name and password over", async () => {
    const word = fc.stringMatching(/^[ -~äß€]{1,20}$/);
    await fc.assert(
      fc.asyncProperty(word, word, async (user, password) => {
        const keys = await deriveScramKeys({ hash: "sha256", password, salt, iterations: 4096 });
        const { proof, believed } = await play(scramSha256, { user, password }, keys);
        assert.deepEqual([proof?.proved, believed], [true, true]);
      }),
      { numRuns: 20 },
    );
  });
});
