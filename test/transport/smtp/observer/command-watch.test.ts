import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import type { CommandEvent } from "envoi";
import type { Phase } from "#src/protocol/phase.js";
import { Reply } from "#src/protocol/reply.js";
import { CommandWatch } from "#src/transport/smtp/observer/command-watch.js";
import { channels } from "#src/transport/smtp/observer/events.js";
import { Journal } from "#src/transport/smtp/observer/journal.js";

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

  const watch = () =>
    new CommandWatch(new Journal(undefined, true), { host: "x.test", port: 25, connection: 1 });
  const reply = (code: number) => Reply.of(code, undefined, "text");

  /** Observers are told in microtasks of their own. */
  const told = () => new Promise((resolve) => setImmediate(resolve));

  function hear(onlooker: CommandWatch, ...replies: (readonly [Phase, number])[]): void {
    for (const [phase, code] of replies) onlooker.heard(reply(code), phase);
  }

  it("are told together where content has a reply for each recipient, and the next mail stands behind it", async () => {
    const onlooker = watch();
    onlooker.content(10);
    onlooker.said("MAIL FROM:<>\r\nRCPT TO:<b@y.test>\r\nDATA\r\n", "content");
    hear(onlooker, ["final", 250], ["final", 550], ["mail", 250], ["rcpt", 551], ["data", 503]);
    await told();
    assert.deepEqual(ended, ["(content) 10 250", "MAIL FROM:<> 250", "RCPT TO:<b@y.test> 551", "DATA 503"]);
  });

  it("are told together where content goes in chunks, and where those are taken back", async () => {
    const onlooker = watch();
    onlooker.content(10);
    onlooker.said("BDAT 5 LAST\r\n", "content");
    onlooker.content(5);
    hear(onlooker, ["content", 250], ["content", 250], ["final", 251]);
    onlooker.content(10);
    onlooker.said("RSET\r\n", "reset");
    hear(onlooker, ["content", 250], ["reset", 252]);
    await told();
    assert.deepEqual(ended, ["(content) 15 251", "(content) 10", "RSET 252"]);
  });

  it("are told together in a window", async () => {
    const onlooker = watch();
    for (const size of [3, 0]) {
      onlooker.said(`RSET\r\nMAIL FROM:<>\r\nRCPT TO:<b@y.test>\r\nBDAT ${size} LAST\r\n`, "content");
      if (size > 0) onlooker.content(size);
    }
    for (const code of [250, 550])
      hear(onlooker, ["reset", code], ["mail", code], ["rcpt", code], ["final", code]);
    await told();
    assert.deepEqual(ended, [
      ...["RSET 250", "MAIL FROM:<> 250", "RCPT TO:<b@y.test> 250", "BDAT 3 LAST 3 250"],
      ...["RSET 550", "MAIL FROM:<> 550", "RCPT TO:<b@y.test> 550", "BDAT 0 LAST 550"],
    ]);
  });

  it("of an exchange of AUTH are masked", async () => {
    const onlooker = watch();
    onlooker.said("AUTH LOGIN\r\n", "auth");
    hear(onlooker, ["auth", 334]);
    onlooker.said("c2VjcmV0\r\n", "auth");
    hear(onlooker, ["auth", 235]);
    await told();
    assert.deepEqual(ended, ["AUTH LOGIN 334", "*** 235"]);
  });
});
