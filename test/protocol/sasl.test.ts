import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { login } from "#src/protocol/sasl/login.js";
import type { MechanismHalves } from "#src/protocol/sasl/mechanism.js";
import { plain } from "#src/protocol/sasl/plain.js";
import { xoauth2 } from "#src/protocol/sasl/xoauth2.js";
import { fc } from "../property.js";

/** Plays both halves against each other; what the server makes of it. */
function play<Secret, Attempt>(
  mechanism: MechanismHalves<Secret, Attempt>,
  secret: Secret,
): Attempt | undefined {
  const client = mechanism.client(secret);
  const server = mechanism.server();
  let said = client.next();
  let challenge = server.next();
  if (!said.done && said.value === null) said = client.next(challenge.value as Buffer);
  for (let round = 0; round < 5; round++) {
    challenge = server.next(said.value as Buffer);
    if (challenge.done) return challenge.value;
    said = client.next(challenge.value);
  }
  throw new Error("the exchange does not end");
}

const word = fc.stringMatching(/^[ -~äß€]{1,20}$/);

describe("the halves of a mechanism", () => {
  it("PLAIN and LOGIN carry user and password over", () => {
    fc.assert(
      fc.property(word, word, (user, password) => {
        assert.deepEqual(play(plain, { user, password }), { user, password });
        assert.deepEqual(play(login, { user, password }), { user, password });
      }),
    );
  });

  it("XOAUTH2 carries user and token over", () => {
    fc.assert(
      fc.property(word, fc.stringMatching(/^[!-~]{1,40}$/), (user, token) => {
        assert.deepEqual(play(xoauth2, { user, token }), { user, token });
      }),
    );
  });

  it("the servers make nothing of what is malformed", () => {
    const respond = (mechanism: Pick<MechanismHalves<never, unknown>, "server">, text: string) => {
      const server = mechanism.server();
      server.next();
      return server.next(Buffer.from(text, "latin1")).value;
    };
    for (const text of ["", "\0", "a", "\0a", "a\0b\0c\0d", "\0\xff\0b"])
      assert.equal(respond(plain, text), undefined);
    for (const text of [
      "",
      "user=a",
      "user=a\x01auth=Basic b\x01\x01",
      "user=a\x01auth=Bearer b\x01",
      "user=\xff\x01auth=Bearer b\x01\x01",
    ]) {
      assert.equal(respond(xoauth2, text), undefined, text);
    }
    assert.equal(respond(login, ""), undefined);
  });
});
