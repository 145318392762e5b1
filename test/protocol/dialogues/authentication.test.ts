import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { authentication } from "#src/protocol/dialogues/authentication.js";
import { attempt, Mechanism } from "#src/transport/smtp/mechanism.js";
import { converse } from "./transcript.js";

const password = { kind: "password", user: "user", secret: "päss" } as const;
const token = { kind: "token", user: "user", secret: "t0ken" } as const;
const encoded = (text: string) => Buffer.from(text).toString("base64");

function logIn(mechanism: Mechanism, transcript: string) {
  const secret = mechanism === Mechanism.XOAuth2 ? token : password;
  return converse(authentication(attempt(mechanism, secret)), transcript);
}

describe("AUTH", () => {
  it("PLAIN says user and password in one line", () => {
    const reply = logIn(Mechanism.Plain, `C: AUTH PLAIN ${encoded("\0user\0päss")}\nS: 235 2.7.0 welcome`);
    assert.equal(reply.code, 235);
  });

  it("LOGIN says them in turn, whatever the server asks", () => {
    for (const [first, second] of [
      ["VXNlcm5hbWU6", "UGFzc3dvcmQ6"],
      ["", ""],
      ["VXNlciBOYW1lAA==", "UGFzc3dvcmQA"],
    ]) {
      const reply = logIn(
        Mechanism.Login,
        `C: AUTH LOGIN
         S: 334 ${first}
         C: ${encoded("user")}
         S: 334 ${second}
         C: ${encoded("päss")}
         S: 235 welcome`,
      );
      assert.equal(reply.code, 235);
    }
  });

  it("LOGIN does not say the password where the user is refused", () => {
    const reply = logIn(Mechanism.Login, `C: AUTH LOGIN\nS: 334 x===\nC: *\nS: 501 cancelled`);
    assert.equal(reply.code, 501);
    const refused = logIn(
      Mechanism.Login,
      `C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: ${encoded("user")}\nS: 535 5.7.8 no`,
    );
    assert.equal(refused.code, 535);
  });

  it("XOAUTH2 acknowledges the challenge that tells of a refusal", () => {
    const reply = logIn(
      Mechanism.XOAuth2,
      `C: AUTH XOAUTH2 ${encoded("user=user\x01auth=Bearer t0ken\x01\x01")}
       S: 334 ${encoded('{"status":"400"}')}
       C:
       S: 535 5.7.8 not accepted`,
    );
    assert.equal(reply.code, 535);
  });

  it("is cancelled where a challenge is not base64", () => {
    const line = `C: AUTH PLAIN ${encoded("\0user\0päss")}`;
    for (const challenge of ["this is not base64!", "a=b", "===="]) {
      const reply = logIn(Mechanism.Plain, `${line}\nS: 334 ${challenge}\nC: *\nS: 501 5.7.0 cancelled`);
      assert.equal(reply.code, 501);
    }
  });

  it("does not go on for ever with a server that does", () => {
    const dialogue = authentication(attempt(Mechanism.Plain, password));
    const endless = `C: AUTH PLAIN ${encoded("\0user\0päss")}\n${"S: 334\nC:\n".repeat(10)}S: 334`;
    assert.throws(() => converse(dialogue, endless), {
      kind: "protocol",
      phase: "auth",
      message: /challenged more than 10 times/,
    });
  });

  it("takes a 235 to the line itself for what it is, whoever should have spoken", () => {
    assert.equal(logIn(Mechanism.Login, "C: AUTH LOGIN\nS: 235 come in").code, 235);
  });
});
