import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { greeting, hello, quit, startTls } from "#src/protocol/dialogues/opening.js";
import { converse } from "./transcript.js";

describe("the greeting", () => {
  it("is a 220, in however many lines", () => {
    const reply = converse(greeting(), "S: 220-mail.example.org\nS: 220 at your service");
    assert.deepEqual(reply.lines, ["mail.example.org", "at your service"]);
  });

  it("that refuses is a refusal by its code", () => {
    for (const [line, transient] of [
      ["421 4.3.2 shutting down", true],
      ["554 5.7.1 no service for you", false],
    ] as const) {
      assert.throws(() => converse(greeting(), `S: ${line}`), {
        kind: "rejected",
        phase: "greeting",
        transient,
        permanent: !transient,
        message: `the server does not take mail now: ${line}`,
      });
    }
  });

  it("that is no answer at all is a protocol error", () => {
    for (const line of ["250 hello", "354 go ahead"]) {
      assert.throws(() => converse(greeting(), `S: ${line}`), {
        kind: "protocol",
        transient: false,
        permanent: false,
      });
    }
  });
});

describe("EHLO", () => {
  it("tells what the server offers, keywords in any case and in the form of old servers", () => {
    const peer = converse(
      hello("client.test"),
      `C: EHLO client.test
       S: 250-mail.example.org greets client.test
       S: 250-pipelining
       S: 250-SIZE 1000
       S: 250-AUTH=LOGIN
       S: 250-AUTH PLAIN
       S: 250 x-unknown 1 2`,
    );
    assert.equal(peer.domain, "mail.example.org");
    assert.deepEqual(peer.extensions, { PIPELINING: true, SIZE: 1000, AUTH: ["LOGIN", "PLAIN"] });
    assert.equal(peer.keywords.get("X-UNKNOWN"), "1 2");
  });

  it("falls back to HELO where the server does not know it, and then nothing is offered", () => {
    for (const no of ["500 5.5.1 what?", "502 not implemented", "550 no"]) {
      const peer = converse(
        hello("client.test"),
        `C: EHLO client.test
         S: ${no}
         C: HELO client.test
         S: 250-mail.example.org
         S: 250 PIPELINING`,
      );
      assert.deepEqual(peer.extensions, {});
    }
  });

  it("that is put off is not said again as HELO", () => {
    assert.throws(() => converse(hello("client.test"), "C: EHLO client.test\nS: 421 4.7.0 too many"), {
      kind: "rejected",
      phase: "hello",
      transient: true,
    });
  });

  it("and HELO both refused is a refusal", () => {
    const transcript = "C: EHLO client.test\nS: 500 what?\nC: HELO client.test\nS: 550 5.7.1 go away";
    assert.throws(() => converse(hello("client.test"), transcript), {
      kind: "rejected",
      permanent: true,
      message: /550 5\.7\.1 go away/,
    });
  });
});

describe("STARTTLS and QUIT", () => {
  it("leave the reply to the caller", () => {
    assert.equal(converse(startTls(), "C: STARTTLS\nS: 454 4.7.0 not now").code, 454);
    assert.equal(converse(quit(), "C: QUIT\nS: 500 what?"), undefined);
  });
});
