import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { type Dialogue, type Outgoing, read, write } from "#src/protocol/dialogue.js";
import { greeting, hello } from "#src/protocol/dialogues/hello.js";
import { Failure } from "#src/protocol/failure.js";
import type { Reply } from "#src/protocol/reply.js";
import { connected, timeouts } from "./connected.js";

const quiet = () => {};

function* ask(line: string): Dialogue<string> {
  yield* write(`${line}\r\n`, "mail");
  return String(yield* read("mail"));
}

function* askAll(lines: readonly string[]): Dialogue<Reply[]> {
  yield* write(lines.map((line) => `${line}\r\n`).join(""), "mail");
  const replies: Reply[] = [];
  for (const _ of lines) replies.push(yield* read("mail"));
  return replies;
}

function* pour(pieces: Generator<Buffer> | AsyncIterable<Buffer>): Dialogue<string> {
  yield* write(pieces, "content");
  yield* write(".\r\n", "content");
  return String(yield* read("final"));
}

describe("replies", () => {
  const ehlo = "250-mail.example.org grüßt\r\n250-PIPELINING\r\n250 SIZE 10\r\n";

  it("are read octet by octet", async () => {
    await using c = await connected(async (peer) => {
      await peer.sayByteByByte("220-one", "220 two");
      await peer.hear();
      await peer.sayByteByByte(...ehlo.trimEnd().split("\r\n"));
    });
    assert.deepEqual((await c.connection.play(greeting())).lines, ["one", "two"]);
    const peer = await c.connection.play(hello("client.test"));
    assert.deepEqual(peer.extensions, { PIPELINING: true, SIZE: 10 });
  });

  it("are read wherever they are split", async () => {
    const octets = Buffer.from(ehlo);
    let readOn = quiet;
    await using c = await connected(async (peer) => {
      peer.say("220 hi");
      for (let at = 1; at < octets.length; at++) {
        await peer.hear();
        peer.send(octets.subarray(0, at));
        await new Promise<void>((resolve) => {
          readOn = resolve;
        });
        peer.send(octets.subarray(at));
      }
    });
    await c.connection.play(greeting());
    let before = "220 hi\r\n".length;
    for (let at = 1; at < octets.length; at++) {
      const answer = c.connection.play(hello("client.test"));
      await c.received(before + at);
      readOn();
      assert.deepEqual((await answer).extensions, { PIPELINING: true, SIZE: 10 }, `split at ${at}`);
      before += octets.length;
    }
  });

  it("to a flight are read from one packet, in order, the end of the connection behind them", async () => {
    await using c = await connected(async (peer) => {
      for (let i = 0; i < 3; i++) await peer.hear();
      peer.say("250 a", "550-b", "550 b", "354 c");
      peer.halfClose();
    });
    const replies = await c.connection.play(askAll(["A", "B", "C"]));
    assert.deepEqual(replies.map(String), ["250 a", "550 b b", "354 c"]);
    await c.closed;
    assert.equal(c.connection.broken, true);
  });

  it("may bear text in any encoding; control characters are shown, not passed on", async () => {
    await using c = await connected((peer) => {
      peer.send(Buffer.from("220 caf\xe9 \0 \x1b[31m\r\n", "latin1"));
    });
    assert.deepEqual((await c.connection.play(greeting())).lines, ["café \ufffd \ufffd[31m"]);
  });

  for (const [what, octets, message] of [
    ["without an end", "2".repeat(65_537), /not a reply|more than 65536 octets/],
    ["of endless text", `220 ${"x".repeat(65_536)}`, /more than 65536 octets/],
    ["of endless lines", "220-x\r\n".repeat(10_000), /more than 65536 octets/],
    ["that changes its code", "220-a\r\n250 b\r\n", /codes 220 and 250/],
    ["with too small a code", "099 x\r\n", /not a reply: "099 x"/],
    ["with too large a code", "600 x\r\n", /not a reply/],
    ["with a short code", "25 x\r\n", /not a reply/],
    ["without a code", "hello\r\n", /not a reply: "hello"/],
    ["without a separator", "220OK\r\n", /not a reply/],
    ["with a tab", "220\tOK\r\n", /not a reply/],
    ["that is an empty line", "\r\n", /not a reply/],
    ["that begins with NUL", "\x00220 hi\r\n", /not a reply/],
  ] as const) {
    it(`${what} are a protocol error`, async () => {
      await using c = await connected((peer) => peer.send(octets));
      await assert.rejects(c.connection.play(greeting()), {
        kind: "protocol",
        phase: "greeting",
        transient: false,
        permanent: false,
        message,
      });
      await c.closed;
      assert.equal(c.connection.broken, true);
      assert.equal(c.clock.timers, 0);
    });
  }
});

describe("octets that are no reply", () => {
  it("do not make undone what came before them", async () => {
    await using c = await connected(async (peer) => {
      peer.say("220 hi");
      await peer.hear();
      peer.send("250 queued\r\nwhat else?\r\n");
    });
    await c.connection.play(greeting());
    assert.equal(await c.connection.play(ask("A")), "250 queued");
    assert.equal(c.connection.broken, true);
  });
});

describe("what comes in one packet behind replies that are in order", () => {
  function* flight(): Dialogue<string[]> {
    const said: string[] = [];
    yield* write("A\r\nB\r\nC\r\nD\r\n", "mail");
    try {
      for (const phase of ["mail", "rcpt", "data"] as const) said.push(String(yield* read(phase)));
      yield* write("x", "content");
    } catch (error) {
      assert.ok(error instanceof Failure);
      said.push(`${error.kind} in ${error.phase}: ${error.message}`);
    }
    return said;
  }

  const ends: readonly (readonly [string, string, boolean, RegExp])[] = [
    ["octets that are no reply", "!\r\n", false, /^protocol in (.*): .* (at .*): not a reply/],
    ["the end", "", true, /^connection in (.*): .* (at .*)$/],
  ];
  const where = [
    ["rcpt", "at RCPT", ["250 a"]],
    ["data", "at DATA", ["250 a", "250 b"]],
  ] as const;
  for (const [what, octets, end, told] of ends)
    for (const [phase, name, replies] of where)
      it(`belongs to the phase of the reply that is missing: ${what}, ${name}`, async () => {
        await using c = await connected(async (peer) => {
          for (let i = 0; i < 4; i++) await peer.hear();
          peer.send(`${replies.map((reply) => `${reply}\r\n`).join("")}${octets}`);
          if (end) peer.halfClose();
        });
        const said = await c.connection.play(flight());
        assert.deepEqual(said.slice(0, -1), replies);
        assert.deepEqual(told.exec(said.at(-1) ?? "")?.slice(1), [phase, name]);
        assert.match(c.connection.transcript().at(-1) ?? "", new RegExp(`ended: .* \\(${phase}\\)`));
        assert.equal(c.connection.broken, true);
        await c.closed;
      });

  it("belongs to the content where that is what cannot be sent any more", async () => {
    await using c = await connected(async (peer) => {
      for (let i = 0; i < 4; i++) await peer.hear();
      peer.send("250 a\r\n250 b\r\n354 c\r\n!\r\n");
    });
    assert.match((await c.connection.play(flight())).at(-1) ?? "", /^protocol in content: /);
  });
});

describe("a reply without a command", () => {
  it("ends the connection when it comes between dialogues", async () => {
    await using c = await connected(async (peer) => {
      peer.say("220 hi");
      await peer.answer("250 ok");
      peer.say("250 and another");
    });
    await c.connection.play(greeting());
    await c.connection.play(ask("A"));
    await c.closed;
    await assert.rejects(c.connection.play(ask("B")), {
      kind: "protocol",
      message: /a reply without a command/,
    });
  });

  it("ends the connection when it comes behind the last of a dialogue", async () => {
    await using c = await connected(async (peer) => {
      peer.say("220 hi");
      await peer.answer("250 ok", "250 and another");
    });
    await c.connection.play(greeting());
    await c.connection.play(ask("A"));
    assert.equal(c.connection.broken, true);
    await assert.rejects(c.connection.play(ask("B")), {
      kind: "protocol",
      message: /a reply without a command/,
    });
  });

  it("ends the connection also when only its beginning has come", async () => {
    await using c = await connected(async (peer) => {
      peer.say("220 hi");
      await peer.hear();
      peer.send("250 ok\r\n250 and ano");
    });
    await c.connection.play(greeting());
    await c.connection.play(ask("A"));
    await assert.rejects(c.connection.play(ask("B")), {
      kind: "protocol",
      message: /a reply without a command/,
    });
    assert.equal(c.connection.broken, true);
    assert.doesNotMatch(c.server.peers[0]?.received.toString() ?? "", /B/);
  });

  it("never answers the command that is said after it", async () => {
    function* twice(): Dialogue<string> {
      yield* write("A\r\n", "mail");
      yield* read("mail");
      yield* write("B\r\n", "data");
      return String(yield* read("data"));
    }
    await using c = await connected(async (peer) => {
      await peer.answer("250 a", "354 too early");
      await peer.answer("550 b");
    });
    await assert.rejects(c.connection.play(twice()), {
      kind: "protocol",
      phase: "mail",
      message: /a reply without a command/,
    });
    assert.equal(c.connection.broken, true);
  });

  it("that is a 421 is the server's goodbye", async () => {
    await using c = await connected(async (peer) => {
      peer.say("220 hi");
      await peer.answer("250 ok");
      peer.say("421 4.4.2 idle too long");
      peer.halfClose();
    });
    await c.connection.play(greeting());
    await c.connection.play(ask("A"));
    await c.closed;
    await assert.rejects(c.connection.play(ask("B")), {
      kind: "connection",
      transient: true,
      message: "the server closed the connection: 421 4.4.2 idle too long",
    });
  });
});

describe("a connection that ends", () => {
  for (const end of ["cut", "reset", "halfClose"] as const) {
    it(`by ${end} ends what waits for a reply, and everything after`, async () => {
      await using c = await connected(async (peer) => {
        peer.say("220 hi");
        await peer.hear();
        peer[end]();
      });
      await c.connection.play(greeting());
      await assert.rejects(c.connection.play(ask("A")), {
        kind: "connection",
        phase: "mail",
        transient: true,
        permanent: false,
      });
      await assert.rejects(c.connection.play(ask("B")), { kind: "connection" });
      await c.closed;
      assert.equal(c.clock.timers, 0);
    });
  }

  it("in the midst of a reply is an end all the same", async () => {
    await using c = await connected((peer) => {
      peer.send("220-hi\r\n22");
      peer.halfClose();
    });
    await assert.rejects(c.connection.play(greeting()), { kind: "connection", phase: "greeting" });
  });

  it("by abort tells the reason, for the phase it was in", async () => {
    await using c = await connected((peer) => peer.say("220 hi"));
    await c.connection.play(greeting());
    const answer = c.connection.play(ask("A"));
    c.connection.abort((phase) => new Failure({ kind: "aborted", phase, message: "enough" }));
    await assert.rejects(answer, { kind: "aborted", phase: "mail", message: "enough" });
    await c.closed;
  });

  it("knows whether it led to loopback also afterwards", async () => {
    await using c = await connected((peer) => peer.say("220 hi"));
    await c.connection.play(greeting());
    c.server.peers[0]?.cut();
    await c.closed;
    assert.equal(c.connection.loopback, true);
    assert.equal(c.connection.localAddress, "127.0.0.1");
  });
});

describe("a dialogue with a mistake of ours in it", () => {
  it("ends the connection: nobody knows where it stands", async () => {
    function* mistaken(): Dialogue<void> {
      yield* write("A\r\n", "mail");
      throw new TypeError("ours");
    }
    await using c = await connected((peer) => peer.say("220 hi"));
    await c.connection.play(greeting());
    await assert.rejects(c.connection.play(mistaken()), { kind: "protocol", cause: new TypeError("ours") });
    assert.equal(c.connection.broken, true);
  });
});

describe("deadlines", () => {
  it("a greeting that does not come names the likely mistake", async () => {
    await using c = await connected(quiet);
    const answer = c.connection.play(greeting());
    c.clock.turn(timeouts.greeting);
    await assert.rejects(answer, {
      kind: "timeout",
      phase: "greeting",
      transient: true,
      message: /did not greet within 2000 ms.*Tls\.Wrapper/,
    });
    await c.closed;
    assert.equal(c.clock.timers, 0);
  });

  it("a trickle does not extend a phase", async () => {
    await using c = await connected(async (peer) => {
      peer.say("220 hi");
      await peer.hear();
      peer.send("2");
    });
    await c.connection.play(greeting());
    const answer = c.connection.play(ask("A"));
    const [peer] = c.server.peers;
    for (let octets = 1; octets < 6; octets++) {
      await c.received("220 hi\r\n".length + octets);
      c.clock.turn(timeouts.command / 6);
      peer?.send("250-ok"[octets] ?? "");
    }
    c.clock.turn(timeouts.command / 6);
    await assert.rejects(answer, {
      kind: "timeout",
      phase: "mail",
      message: "no answer within 3000 ms at MAIL",
    });
  });

  it("each reply of a flight has its own, from the one before it", async () => {
    await using c = await connected(async (peer) => {
      await peer.hear();
      await peer.hear();
      peer.say("250 a");
    });
    const answer = c.connection.play(askAll(["A", "B"]));
    c.clock.turn(timeouts.command - 1);
    await c.received("250 a\r\n".length);
    c.clock.turn(timeouts.command - 1);
    c.server.peers[0]?.say("250 b");
    assert.equal((await answer).length, 2);
  });

  it("do not run while nothing is asked", async () => {
    await using c = await connected(async (peer) => {
      peer.say("220 hi");
      await peer.answer("250 ok");
    });
    await c.connection.play(greeting());
    c.clock.turn(1_000_000);
    assert.equal(await c.connection.play(ask("A")), "250 ok");
  });

  it("give the final reply its ten minutes, or whatever was set", async () => {
    await using c = await connected(async (peer) => {
      await peer.hearContent();
    });
    const answer = c.connection.play(
      pour(
        (function* () {
          yield Buffer.from("x\r\n");
        })(),
      ),
    );
    await c.server.peers[0]?.octets(6);
    c.clock.turn(timeouts.final - 1);
    assert.equal(c.connection.broken, false);
    c.clock.turn(1);
    await assert.rejects(answer, { kind: "timeout", phase: "final", message: /after the content/ });
  });
});

describe("content that is poured", () => {
  const block = Buffer.alloc(65_536, "x");

  it("goes out whole", async () => {
    await using c = await connected(async (peer) => {
      await peer.octets(20 * block.length + 3);
      peer.say("250 queued");
    });
    async function* source(): AsyncGenerator<Buffer> {
      for (let i = 0; i < 20; i++) yield block;
    }
    assert.equal(await c.connection.play(pour(source())), "250 queued");
    assert.equal(c.server.peers[0]?.received.length, 20 * block.length + 3);
  });

  it("is not read on while the server takes nothing, and that has a limit", async () => {
    const pieces = 4096;
    let made = 0;
    let returned = false;
    await using c = await connected((peer) => peer.stall());
    async function* source(): AsyncGenerator<Buffer> {
      try {
        for (; made < pieces; made++) yield block;
      } finally {
        returned = true;
      }
    }
    const answer = c.connection.play(pour(source()));
    for (let before = -1; made !== before; ) {
      before = made;
      for (let i = 0; i < 20; i++) await turnOfTheLoop();
    }
    assert.ok(made > 0 && made < pieces / 4, `${made} pieces were asked for`);
    assert.equal(c.connection.broken, false);
    c.clock.turn(timeouts.content);
    await assert.rejects(answer, {
      kind: "timeout",
      phase: "content",
      message: "no progress for 4000 ms while the content was going out",
    });
    assert.equal(returned, true);
  });

  it("is never ended where its source fails", async () => {
    await using c = await connected(async (peer) => {
      await peer.closed();
    });
    async function* source(): AsyncGenerator<Buffer> {
      yield Buffer.from("Subject: x\r\n\r\n");
      await c.server.peers[0]?.octets(10);
      throw new Error("disk gone");
    }
    await assert.rejects(c.connection.play(pour(source())), {
      kind: "content",
      phase: "content",
      message: "the content could not be read: disk gone",
    });
    await c.server.peers[0]?.closed();
    assert.equal(c.server.peers[0]?.received.toString(), "Subject: x\r\n\r\n");
    assert.equal(c.connection.broken, true);
  });

  it("is not waited for beyond its limit where its source gives nothing", async () => {
    let asked = quiet;
    const asking = new Promise<void>((resolve) => {
      asked = resolve;
    });
    await using c = await connected(quiet);
    const never: AsyncIterable<Buffer> = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          asked();
          return new Promise(() => {});
        },
      }),
    };
    const answer = c.connection.play(pour(never));
    await asking;
    c.clock.turn(timeouts.content);
    await assert.rejects(answer, { kind: "timeout", phase: "content" });
  });

  it("is broken off by an abort, whatever its source does", async () => {
    await using c = await connected(quiet);
    async function* source(): AsyncGenerator<Buffer> {
      yield block;
      c.connection.abort((phase) => new Failure({ kind: "aborted", phase, message: "enough" }));
      yield block;
    }
    await assert.rejects(c.connection.play(pour(source())), { kind: "aborted", phase: "content" });
  });

  it("stops where the server refuses it and goes, and what the server said is read", async () => {
    function* poured(): Dialogue<string> {
      try {
        yield* write(
          (function* () {
            for (;;) yield block;
          })(),
          "content",
        );
      } catch {
        return String(yield* read("final"));
      }
      return "all went out";
    }
    await using c = await connected(async (peer) => {
      await peer.octets(block.length);
      peer.say("552 5.3.4 too big");
      peer.halfClose();
    });
    assert.equal(await c.connection.play(poured()), "552 5.3.4 too big");
    assert.equal(c.connection.broken, true);
  });
});

describe("a write that fails", () => {
  /** Says something, and reads what was said before, whatever becomes of that. */
  function* lastWords(outgoing: Outgoing): Dialogue<string> {
    let failure: unknown;
    try {
      yield* write(outgoing, "content");
    } catch (error) {
      failure = error;
    }
    const words: string[] = [];
    try {
      for (;;) words.push(String(yield* read("final")));
    } catch (error) {
      assert.ok(error instanceof Failure);
      assert.ok(failure === undefined || failure === error);
      words.push(`${failure === undefined ? "read" : "write"} ${error.kind}`);
      return words.join("; ");
    }
  }

  function* pieces(): Generator<Buffer> {
    for (;;) yield Buffer.alloc(65_536);
  }

  for (const [what, outgoing] of [
    ["text", () => "x\r\n"],
    ["octets", () => [Buffer.from("x"), Buffer.from("\r\n")]],
    ["a stream", () => pieces()],
  ] as const) {
    it(`loses none of what the server said before it let go: ${what}`, async () => {
      await using c = await connected((peer) => peer.say("220 hi"));
      await c.connection.play(greeting());
      const [peer] = c.server.peers;
      // Nothing of this is seen by the client before it writes.
      peer?.say("421 4.7.0 too many errors");
      peer?.reset();
      assert.equal(
        await c.connection.play(lastWords(outgoing())),
        "421 4.7.0 too many errors; write connection",
      );
      assert.equal(c.connection.broken, true);
      await c.closed;
    });
  }

  it("is told once nothing more comes, also where the server says no more", async () => {
    await using c = await connected((peer) => peer.say("220 hi"));
    await c.connection.play(greeting());
    c.server.peers[0]?.reset();
    assert.equal(await c.connection.play(lastWords("x\r\n")), "write connection");
  });
});
