import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import type { CommandEvent } from "envoi";
import { Journal } from "#src/net/journal.js";
import type { Phase } from "#src/protocol/phase.js";
import { Reply } from "#src/protocol/reply.js";
import { CommandObserver } from "#src/transport/smtp/observer/command-observer.js";
import { channels } from "#src/transport/smtp/observer/events.js";

describe("a command and its reply", () => {
  let ended: string[] = [];
  const note = (event: unknown) => {
    const { command, octets, reply } = event as CommandEvent;
    ended.push([command, octets, reply?.code].filter((part) => part !== undefined).join(" "));
  };
  before(() => channels.command.asyncEnd.subscribe(note));
  after(() => channels.command.asyncEnd.unsubscribe(note));
  beforeEach(() => {
    ended = [];
  });

  const newObserver = () =>
    new CommandObserver(new Journal(undefined, true, "x"), { host: "x.test", port: 25, connection: 1 });
  const reply = (code: number) => Reply.of(code, undefined, "text");

  /** Observers are told in microtasks of their own. */
  const told = () => new Promise((resolve) => setImmediate(resolve));

  function hear(observer: CommandObserver, ...replies: (readonly [Phase, number])[]): void {
    for (const [phase, code] of replies) observer.heard(reply(code), phase);
  }

  it("are reported together if content has a reply for each recipient and another mail follows", async () => {
    const observer = newObserver();
    observer.content(10);
    observer.said("MAIL FROM:<>\r\nRCPT TO:<b@y.test>\r\nDATA\r\n", "content");
    hear(observer, ["final", 250], ["final", 550], ["mail", 250], ["rcpt", 551], ["data", 503]);
    await told();
    assert.deepEqual(ended, ["(content) 10 250", "MAIL FROM:<> 250", "RCPT TO:<b@y.test> 551", "DATA 503"]);
  });

  it("are reported together if content goes in chunks, and if these are taken back", async () => {
    const observer = newObserver();
    observer.content(10);
    observer.said("BDAT 5 LAST\r\n", "content");
    observer.content(5);
    hear(observer, ["content", 250], ["content", 250], ["final", 251]);
    observer.content(10);
    observer.said("RSET\r\n", "reset");
    hear(observer, ["content", 250], ["reset", 252]);
    await told();
    assert.deepEqual(ended, ["(content) 15 251", "(content) 10", "RSET 252"]);
  });

  it("are reported together in a window", async () => {
    const observer = newObserver();
    for (const size of [3, 0]) {
      observer.said(`RSET\r\nMAIL FROM:<>\r\nRCPT TO:<b@y.test>\r\nBDAT ${size} LAST\r\n`, "content");
      if (size > 0) observer.content(size);
    }
    for (const code of [250, 550])
      hear(observer, ["reset", code], ["mail", code], ["rcpt", code], ["final", code]);
    await told();
    assert.deepEqual(ended, [
      ...["RSET 250", "MAIL FROM:<> 250", "RCPT TO:<b@y.test> 250", "BDAT 3 LAST 3 250"],
      ...["RSET 550", "MAIL FROM:<> 550", "RCPT TO:<b@y.test> 550", "BDAT 0 LAST 550"],
    ]);
  });

  it("of an exchange of AUTH are masked", async () => {
    const observer = newObserver();
    observer.said("AUTH LOGIN\r\n", "auth");
    hear(observer, ["auth", 334]);
    observer.said("c2VjcmV0\r\n", "auth");
    hear(observer, ["auth", 235]);
    await told();
    assert.deepEqual(ended, ["AUTH LOGIN 334", "*** 235"]);
  });
});
