import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { authentication } from "#src/protocol/dialogues/authentication.js";
import { Failure } from "#src/protocol/failure.js";
import { cramMd5 } from "#src/protocol/sasl/cram-md5.js";
import { external } from "#src/protocol/sasl/external.js";
import { login } from "#src/protocol/sasl/login.js";
import { oauthBearer } from "#src/protocol/sasl/oauthbearer.js";
import { plain } from "#src/protocol/sasl/plain.js";
import { scramSha1, scramSha256 } from "#src/protocol/sasl/scram.js";
import { xoauth2 } from "#src/protocol/sasl/xoauth2.js";
import { fc } from "../../property.js";
import { converse, converseDeriving, replyOf } from "./transcript.js";

const password = { user: "user", password: "päss" };
const encoded = (text: string) => Buffer.from(text).toString("base64");
const attempts = {
  PLAIN: () => plain.client(password),
  LOGIN: () => login.client(password),
  XOAUTH2: () => xoauth2.client({ user: "user", token: "t0ken" }),
};

function logIn(mechanism: keyof typeof attempts, transcript: string) {
  const unread = mechanism !== "PLAIN";
  return converse(authentication({ mechanism, responses: attempts[mechanism](), unread }), transcript);
}

describe("AUTH", () => {
  it("PLAIN says user and password in one line", () => {
    const reply = logIn("PLAIN", `C: AUTH PLAIN ${encoded("\0user\0päss")}\nS: 235 2.7.0 welcome`);
    assert.equal(reply.code, 235);
  });

  it("LOGIN says them in turn, whatever the server asks", () => {
    for (const [first, second] of [
      ["VXNlcm5hbWU6", "UGFzc3dvcmQ6"],
      ["", ""],
      ["VXNlciBOYW1lAA==", "UGFzc3dvcmQA"],
      ["Username:", "Password:"],
      ["x===", "=?"],
      ["Benutzer für das Postfach", "Kennwort\u00a0bitte"],
    ]) {
      const reply = logIn(
        "LOGIN",
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
    const refused = logIn(
      "LOGIN",
      `C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: ${encoded("user")}\nS: 535 5.7.8 no`,
    );
    assert.equal(refused.code, 535);
  });

  it("XOAUTH2 acknowledges the challenge that tells of a refusal", () => {
    const reply = logIn(
      "XOAUTH2",
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
      const reply = logIn("PLAIN", `${line}\nS: 334 ${challenge}\nC: *\nS: 501 5.7.0 cancelled`);
      assert.equal(reply.code, 501);
    }
  });

  it("XOAUTH2 lets the server refuse in whatever words", () => {
    const line = `C: AUTH XOAUTH2 ${encoded("user=user\x01auth=Bearer t0ken\x01\x01")}`;
    for (const challenge of [encoded('{"status":"401"}'), '{"status":"401"}']) {
      const reply = logIn("XOAUTH2", `${line}\nS: 334 ${challenge}\nC:\nS: 535 5.7.8 no`);
      assert.equal(reply.code, 535);
    }
  });

  it("does not go on for ever with a server that does", () => {
    const dialogue = authentication({ mechanism: "PLAIN", responses: attempts.PLAIN() });
    const endless = `C: AUTH PLAIN ${encoded("\0user\0päss")}\n${"S: 334\nC:\n".repeat(10)}S: 334`;
    assert.throws(() => converse(dialogue, endless), {
      kind: "protocol",
      phase: "auth",
      message: /challenged more than 10 times/,
    });
  });

  it("takes a 235 to the line itself for what it is, whoever should have spoken", () => {
    assert.equal(logIn("LOGIN", "C: AUTH LOGIN\nS: 235 come in").code, 235);
  });

  it("waits with a response that makes the line longer than 512 octets until it is asked for it", () => {
    const overhead = "AUTH X \r\n".length;
    for (const [octets, initial] of [
      [((512 - overhead - 2) / 4) * 3, true],
      [((512 - overhead - 2) / 4) * 3 + 3, false],
    ] as const) {
      const response = Buffer.alloc(octets, "a");
      const text = response.toString("base64");
      const responses = (function* () {
        yield response;
      })();
      const transcript = initial
        ? `C: AUTH XY ${text}\nS: 235 welcome`
        : `C: AUTH XY\nS: 334 c28gdGVsbCBtZQ==\nC: ${text}\nS: 235 welcome`;
      assert.equal(converse(authentication({ mechanism: "XY", responses }), transcript).code, 235);
    }
  });

  it("says = where the response is empty, and nothing where the server begins", () => {
    function* saying(response: Buffer | null) {
      yield response;
    }
    const empty = authentication({ mechanism: "X", responses: saying(Buffer.alloc(0)) });
    converse(empty, "C: AUTH X =\nS: 235 welcome");
    converse(authentication({ mechanism: "X", responses: saying(null) }), "C: AUTH X\nS: 235 welcome");
  });

  it("tells all that it said, for whoever has to keep it out of errors", () => {
    const said: string[] = [];
    const dialogue = authentication({ mechanism: "LOGIN", responses: attempts.LOGIN() }, said);
    converse(
      dialogue,
      `C: AUTH LOGIN\nS: 334\nC: ${encoded("user")}\nS: 334\nC: ${encoded("päss")}\nS: 535 no`,
    );
    assert.deepEqual(said, [encoded("user"), encoded("päss")]);
  });
});

describe("AUTH with a server that has to prove itself", () => {
  const first = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
  const challenge = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
  const proof =
    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
  const serverProof = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";
  const opening = `C: AUTH SCRAM-SHA-256 ${encoded(first)}\nS: 334 ${encoded(challenge)}\nC: ${encoded(proof)}`;

  function scram(transcript: string) {
    const responses = scramSha256.client({ user: "user", password: "pencil", nonce: "rOprNGfwEbeRWgbNEkqO" });
    return converseDeriving(
      authentication({ mechanism: "SCRAM-SHA-256", responses, mutual: true }),
      transcript,
    );
  }

  it("goes through as RFC 7677 3 does", async () => {
    const reply = await scram(`${opening}\nS: 334 ${encoded(serverProof)}\nC:\nS: 235 welcome`);
    assert.equal(reply.code, 235);
  });

  it("does not believe a 235 before the proof, wherever it comes", async () => {
    for (const transcript of [
      `C: AUTH SCRAM-SHA-256 ${encoded(first)}\nS: 235 welcome`,
      `${opening}\nS: 235 ${serverProof}`,
      `${opening}\nS: 334 ${encoded("e=other-error")}\nC:\nS: 235 welcome`,
    ])
      await assert.rejects(scram(transcript), {
        kind: "authentication",
        permanent: true,
        message: /has not proved/,
      });
  });

  it("ends the exchange in order where the proof, or a challenge, is wrong", async () => {
    const wrong = serverProof.replace("6rr", "7rr");
    await assert.rejects(scram(`${opening}\nS: 334 ${encoded(wrong)}\nC: *\nS: 501 5.7.0 cancelled`), {
      kind: "authentication",
      permanent: true,
      message: /has not proved that it knows the password/,
    });
    for (const iterations of [1, 4095, 1_000_001, 99_999_999]) {
      const weak = challenge.replace("4096", String(iterations));
      const transcript = `C: AUTH SCRAM-SHA-256 ${encoded(first)}\nS: 334 ${encoded(weak)}\nC: *\nS: 501 cancelled`;
      await assert.rejects(scram(transcript), { message: new RegExp(`asks for ${iterations} iterations`) });
    }
  });

  it("hears a refusal out", async () => {
    for (const [challenge, code] of [
      ["e=invalid-proof", 535],
      ["e=server-does-support-channel-binding", 535],
    ] as const) {
      const reply = await scram(`${opening}\nS: 334 ${encoded(challenge)}\nC:\nS: ${code} 5.7.8 no`);
      assert.equal(reply.code, code);
    }
    assert.equal((await scram(`${opening}\nS: 535 5.7.8 no`)).code, 535);
  });
});

describe("AUTH with a mechanism that waits", () => {
  it("goes on with what it comes to, and cancels where that is an error", async () => {
    const events: string[] = [];
    async function* responses(fails: boolean): AsyncGenerator<Buffer, void, Buffer> {
      try {
        const challenge = yield Buffer.from("hello");
        await Promise.resolve();
        if (fails) throw new Error("no ticket");
        yield Buffer.from(`to ${challenge}`);
      } finally {
        events.push("closed");
      }
    }
    const begin = `C: AUTH X ${encoded("hello")}\nS: 334 ${encoded("you")}`;
    const good = authentication({ mechanism: "X", responses: responses(false) });
    const reply = await converseDeriving(good, `${begin}\nC: ${encoded("to you")}\nS: 235 welcome`);
    assert.equal(reply.code, 235);
    const bad = authentication({ mechanism: "X", responses: responses(true) });
    await assert.rejects(converseDeriving(bad, `${begin}\nC: *\nS: 501 cancelled`), {
      kind: "authentication",
      transient: false,
      permanent: false,
      message: /no ticket/,
    });
    const lost = authentication({ mechanism: "X", responses: responses(false) });
    await assert.rejects(converseDeriving(lost, `${begin}\nX: gone`), { kind: "connection" });
    await Promise.resolve();
    assert.deepEqual(events, ["closed", "closed", "closed"]);
  });
});

describe("AUTH with a server that says anything", () => {
  const replies = fc.oneof(
    fc.constantFrom("235 2.7.0 welcome", "535 5.7.8 no", "454 4.7.0 later", "250 ok", "334", "334 !"),
    fc.base64String({ maxLength: 40 }).map((challenge) => `334 ${challenge}`),
    fc.string({ maxLength: 60 }).map((challenge) => `334 ${encoded(challenge)}`),
    fc
      .record({
        nonce: fc.constantFrom("ours", "oursTheirs", "theirs"),
        iterations: fc.constantFrom(1, 4096, 2e6),
      })
      .map(({ nonce, iterations }) => `334 ${encoded(`r=${nonce},s=c2FsdA==,i=${iterations}`)}`),
    fc.constant(`334 ${encoded("v=AAAA")}`),
    fc.constant(`334 ${encoded("e=no")}`),
  );
  const halves = {
    PLAIN: () => plain.client(password),
    LOGIN: () => login.client(password),
    "CRAM-MD5": () => cramMd5.client(password),
    XOAUTH2: () => xoauth2.client({ user: "user", token: "t" }),
    OAUTHBEARER: () => oauthBearer.client({ user: "user", token: "t" }),
    EXTERNAL: () => external.client({ user: "" }),
    "SCRAM-SHA-1": () => scramSha1.client({ ...password, nonce: "ours" }),
    "SCRAM-SHA-256": () => scramSha256.client({ ...password, nonce: "ours" }),
  };

  for (const [mechanism, half] of Object.entries(halves)) {
    it(`ends, in a reply or a Failure, and is not deceived (${mechanism})`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(replies, { minLength: 12, maxLength: 12 }), async (script) => {
          const mutual = mechanism.startsWith("SCRAM");
          const dialogue = authentication({ mechanism, responses: half(), mutual });
          const queue = [...script];
          try {
            let step = dialogue.next();
            while (step.done !== true) {
              if ("derive" in step.value) await step.value.derive();
              const reply = "read" in step.value ? replyOf(`${queue.shift()}\r\n`) : undefined;
              step = dialogue.next(reply);
            }
            assert.ok(step.value.code !== 334);
            assert.ok(!mutual || step.value.code !== 235);
          } catch (error) {
            assert.ok(error instanceof Failure, String(error));
          }
        }),
      );
    });
  }
});
