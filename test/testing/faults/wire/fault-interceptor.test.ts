import assert from "node:assert/strict";
import { Socket } from "node:net";
import { describe, it } from "node:test";
import { Responder } from "#src/protocol/server/responder.js";
import type { Interceptor } from "#src/server/connection/observer.js";
import { resolveOptions } from "#src/server/options/resolved-options.js";
import { FaultBook } from "#src/testing/faults/selection/fault-book.js";
import { FaultInterceptor, type InterceptorObserver } from "#src/testing/faults/wire/fault-interceptor.js";

const { protocol } = resolveOptions({ hostname: "s.test" });
const ignore = (): void => {};
const watcher: InterceptorObserver = {
  ...{ heard: ignore, withheld: ignore, heardContent: ignore, told: ignore, messageEnded: ignore },
};

function responder(): Interceptor {
  return new Responder(protocol);
}

function wire(): Interceptor {
  const session = {
    ...{ id: "1", remoteAddress: "", remotePort: 0, localAddress: "", localPort: 0, connectedAt: new Date() },
    ...{ hello: undefined, tls: undefined, authenticated: undefined },
  };
  const line = { accepted: new Socket(), pending: false, session } as unknown as ConstructorParameters<
    typeof FaultInterceptor
  >[1];
  return new FaultInterceptor(new Responder(protocol), line, watcher, {
    book: new FaultBook(),
    connection: 1,
    maxLineLength: protocol.maxLineLength,
    acceptor: async () => undefined,
  });
}

/** What is answered to these pieces, and the content that came. */
function play(
  half: Interceptor,
  pieces: readonly Buffer[],
): { replies: string; content: string; closed: boolean } {
  let replies = "";
  let content = "";
  let closed = false;
  const run = (): void => {
    for (;;) {
      const event = half.next();
      if (event === undefined || closed) break;
      if (event.type === "close") closed = true;
      if (event.type === "content") content += `[${event.piece.toString("latin1")}]`;
      if ("answer" in event) event.answer((event.type === "end" ? event.problem : undefined) as never);
    }
    replies += half.takeReplies();
  };
  half.greet();
  run();
  for (const piece of pieces) {
    half.push(piece);
    run();
  }
  return { replies, content: content.replaceAll("][", ""), closed };
}

const dialogues: Readonly<Record<string, string>> = {
  "a transaction by DATA":
    "EHLO c\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nDATA\r\n..a\r\nb\r\n.\r\nNOOP\r\nQUIT\r\n",
  "a transaction by BDAT":
    "EHLO c\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nBDAT 6\r\nNOOP\r\nBDAT 3 LAST\r\n.\r\nRSET\r\nQUIT\r\n",
  "a chunk that is refused": "EHLO c\r\nBDAT 6 LAST\r\nNOOP\r\nNOOP\r\nBDAT x\r\nNOOP\r\n",
  "commands that are none": "\r\nX\r\nEHLO\r\nNOOP\0\r\nNOOP\r\n",
  "a bare LF": "NOOP\nNOOP\r\n",
  "a bare CR in content": "EHLO c\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nDATA\r\na\rb\r\n.\r\nNOOP\r\n",
  "an endless line": "x".repeat(13_000),
  "TLS where there is none": "\x16\x03\x01\r\nNOOP\r\n",
  "everything behind QUIT": "QUIT\r\nNOOP\r\n",
};

describe("a wire without faults", () => {
  for (const [name, text] of Object.entries(dialogues)) {
    it(`changes nothing, however the octets are cut up: ${name}`, () => {
      const octets = Buffer.from(text, "latin1");
      const whole = play(responder(), [octets]);
      assert.deepEqual(play(wire(), [octets]), whole);
      const cuts = octets.length > 1000 ? [1, 500, 12_288, 12_289] : octets.keys();
      for (const cut of cuts) {
        const pieces = [octets.subarray(0, cut), octets.subarray(cut)];
        assert.deepEqual(play(wire(), pieces), play(responder(), pieces), `cut at ${cut}`);
      }
      const single = Array.from(octets, (octet) => Buffer.of(octet));
      assert.deepEqual(play(wire(), single), play(responder(), single));
    });
  }
});
