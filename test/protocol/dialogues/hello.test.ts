import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { greeting, hello } from "#src/protocol/dialogues/hello.js";
import { quit } from "#src/protocol/dialogues/quit.js";
import { startTls } from "#src/protocol/dialogues/starttls.js";
import { Failure } from "#src/protocol/failure.js";
import { converse, replyOf } from "./transcript.js";

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

  it("that is refused is the reason, whatever HELO comes to", () => {
    for (const helo of ["S: 550 5.7.1 go away", "S: 421 bye", "S: 354 what", "X: gone"]) {
      const transcript = `C: EHLO client.test\nS: 500 5.5.1 what?\nC: HELO client.test\n${helo}`;
      assert.throws(() => converse(hello("client.test"), transcript), {
        kind: "rejected",
        phase: "hello",
        permanent: true,
        message: "the server refused EHLO: 500 5.5.1 what?",
      });
    }
  });

  it("and HELO are not the reason where the caller calls the mail off between them", () => {
    const dialogue = hello("client.test");
    dialogue.next();
    dialogue.next();
    dialogue.next(replyOf("500 what?\r\n"));
    const aborted = new Failure({ kind: "aborted", phase: "hello", message: "called off" });
    assert.throws(() => dialogue.throw(aborted), aborted);
  });

  it("that is refused by 521 or 554 is not said again as HELO", () => {
    for (const no of ["521 5.3.2 no mail here", "554 5.7.1 you are listed"]) {
      assert.throws(() => converse(hello("client.test"), `C: EHLO client.test\nS: ${no}`), {
        kind: "rejected",
        permanent: true,
        message: `the server refused EHLO: ${no}`,
      });
    }
  });

  it("that is refused is not said again as HELO where that will not do", () => {
    const dialogue = hello("client.test", { mayHelo: false });
    assert.throws(() => converse(dialogue, "C: EHLO client.test\nS: 502 5.5.1 what?"), {
      kind: "rejected",
      permanent: true,
      message: /^the server refused EHLO: 502 5\.5\.1 what\?; HELO .* neither STARTTLS nor AUTH/,
    });
  });

  it("whose name is refused names the builder's method that gives another", () => {
    for (const manner of [{}, { mayHelo: false }, { dialect: "lmtp" }] as const) {
      const verb = "dialect" in manner ? "LHLO" : "EHLO";
      for (const no of ["501 5.5.4 invalid name", "504 5.5.2 need a qualified name", "550 who is that?"]) {
        const helo = "dialect" in manner || "mayHelo" in manner ? "" : `\nC: HELO client.test\nS: ${no}`;
        assert.throws(
          () => converse(hello("client.test", manner), `C: ${verb} client.test\nS: ${no}${helo}`),
          {
            kind: "rejected",
            permanent: true,
            message: `the server refused ${verb}: ${no}; if it does not like the name client.test, give it another by .helloName()`,
          },
        );
      }
    }
  });

  it("that is answered by what is no answer is a protocol error", () => {
    for (const line of ["220 what?", "354 go ahead"]) {
      assert.throws(() => converse(hello("client.test"), `C: EHLO client.test\nS: ${line}`), {
        kind: "protocol",
      });
    }
  });
});

describe("STARTTLS and QUIT", () => {
  it("leave the reply to the caller", () => {
    assert.equal(converse(startTls(), "C: STARTTLS\nS: 454 4.7.0 not now").code, 454);
    assert.equal(converse(quit(), "C: QUIT\nS: 500 what?"), undefined);
  });
});
