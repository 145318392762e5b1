import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Reply } from "#src/protocol/reply.js";
import type { ServerEvent } from "#src/protocol/server/event.js";
import { Responder } from "#src/protocol/server/responder.js";
import type { ServerSettings } from "#src/protocol/server/settings.js";
import { replies, settings, talk } from "./talk.js";

const token = "91354a473744909de610943775f92038";
const jo = `AUTH PLAIN ${Buffer.from("\0jo\0secret").toString("base64")}\r\n`;
const envelope = "MAIL FROM:<>\r\nRCPT TO:<b@y.test>\r\n";

/** The URL of a message of jo. */
function url(name: string, server: string = "imap.y.test", access: string = "submit+jo"): string {
  return `imap://${server}/${name}/;uid=1;urlauth=${access}:internal:${token}`;
}

/** Says all of it as jo, with what there is at the URLs: bytes, or a refusal. */
function submit(
  wire: string,
  found: Readonly<Record<string, string | Reply>>,
  more: Partial<ServerSettings> = {},
) {
  const responder = new Responder({
    ...settings,
    burl: new Set(["imap.y.test:143"]),
    requireAuth: true,
    ...more,
  });
  const asked: string[] = [];
  const messages: string[] = [];
  let content = "";
  let octets = "";
  const act = (event: ServerEvent): void => {
    switch (event.type) {
      case "auth":
        event.answer({ user: "jo" });
        return;
      case "burl": {
        asked.push(event.url);
        const at = found[/test\/(\w+)\//.exec(event.url)?.[1] ?? ""] ?? Reply.of(554, "5.6.6", "Not found");
        octets = typeof at === "string" ? at : "";
        event.answer(at instanceof Reply ? at : undefined);
        return;
      }
      case "fetch": {
        for (const octet of Buffer.from(octets, "latin1")) {
          if (event.refused) break;
          content += event.take(Buffer.of(octet))?.toString("latin1") ?? "";
        }
        event.answer(octets === "broken" ? Reply.of(451, "4.4.1", "Broken") : undefined);
        return;
      }
      case "content":
        content += event.piece.toString("latin1");
        return;
      case "abandon":
        messages.push("abandoned");
        content = "";
        return;
      case "end":
        if (event.problem === undefined) messages.push(content);
        content = "";
        event.answer(event.problem);
        return;
      case "hello":
      case "mail":
      case "recipient":
        event.answer(undefined);
        return;
    }
  };
  responder.push(Buffer.from(`EHLO x\r\n${jo}${wire}`, "latin1"));
  let output = "";
  for (let event = responder.next(); event !== undefined && event.type !== "close"; event = responder.next())
    act(event);
  output += responder.takeReplies();
  const codes = output.split("\r\n").filter((line) => /^\d\d\d /.test(line));
  return { asked, messages, replies: codes.slice(2).map((line) => /^\d+ [\d.]+/.exec(line)?.[0]) };
}

describe("Responder: BURL", () => {
  it("takes a message by its URL, or puts it together from URLs and chunks", () => {
    const found = { one: "one\r\n", two: "two\r\n" };
    const single = submit(`${envelope}BURL ${url("one")} LAST\r\nNOOP\r\n`, found);
    assert.deepEqual(single.messages, ["one\r\n"]);
    assert.deepEqual(single.asked, [url("one")]);
    assert.deepEqual(single.replies, ["250 2.1.0", "250 2.1.5", "250 2.6.0", "250 2.0.0"]);
    const mixed = submit(
      `${envelope}BURL ${url("one")}\r\nBDAT 3\r\n..\rBURL ${url("two")}\r\nBDAT 0 LAST\r\n${envelope}BDAT 2\r\na\nBURL ${url("two")} LAST\r\n`,
      found,
      { lenient: true },
    );
    assert.deepEqual(mixed.messages, ["one\r\n..\rtwo\r\n", "a\ntwo\r\n"]);
    assert.deepEqual(mixed.replies.slice(2, 6), ["250 2.5.0", "250 2.0.0", "250 2.5.0", "250 2.6.0"]);
  });

  it("asks for no URL of another server, of another user, or without an authorization to submit", () => {
    const strange = [
      [url("one", "imap.y.test:993"), "554 5.7.14"],
      [url("one", "evil.test"), "554 5.7.14"],
      [url("one", "imap.y.test", "submit+flo"), "554 5.7.14"],
      [url("one", "imap.y.test", "submit+JO"), "554 5.7.14"],
      [url("one", "imap.y.test", "user+jo"), "554 5.7.14"],
      [url("one", "imap.y.test", "authuser"), "554 5.7.14"],
      [url("one", "imap.y.test", "anonymous"), "554 5.7.14"],
      ["imap://imap.y.test/one/;uid=1", "554 5.6.6"],
      ["http://imap.y.test/", "554 5.6.6"],
      ["nonsense", "501 5.5.4"],
    ] as const;
    for (const [wrong, code] of strange) {
      const { asked, messages, replies } = submit(
        `${envelope}BDAT 3\r\nab\rBURL ${wrong}\r\nBDAT 2 LAST\r\ncd`,
        {},
        { lenient: true },
      );
      // What is left of the message must not be taken for all of it.
      assert.deepEqual([asked, messages, replies.slice(3)], [[], ["abandoned"], [code, "503 5.5.1"]], wrong);
    }
  });

  it("ends the transaction if a URL cannot be fetched, at once or amid its octets", () => {
    const found = { gone: Reply.of(451, "4.4.1", "Away"), half: "broken", one: "one\r\n" };
    const at = (name: string) =>
      submit(`${envelope}BURL ${url("one")}\r\nBURL ${url(name)}\r\nBDAT 2 LAST\r\ncd${envelope}`, found);
    for (const name of ["gone", "half"]) {
      const { messages, replies } = at(name);
      assert.deepEqual(messages, ["abandoned"]);
      assert.deepEqual(replies.slice(2), ["250 2.5.0", "451 4.4.1", "503 5.5.1", "250 2.1.0", "250 2.1.5"]);
    }
    const { messages, replies } = submit(`${envelope}BURL ${url("none")} LAST\r\n`, found);
    assert.deepEqual([messages, replies.at(-1)], [[], "554 5.6.6"]);
  });

  it("checks and counts what was fetched as if the client had sent it", () => {
    const found = {
      bare: "a\nb\r\n",
      cr: "a\r",
      lf: "\nb\r\n",
      large: "x".repeat(2000),
      long: `${"x".repeat(80)}\r\n`,
    };
    const last = (names: string, more: Partial<ServerSettings> = {}) => {
      const commands = names.split(" ").map((name) => `BURL ${url(name)}`);
      const { messages, replies } = submit(
        `${envelope}${commands.join("\r\n")} LAST\r\nNOOP\r\n`,
        found,
        more,
      );
      assert.equal(replies.at(-1), "250 2.0.0");
      return [replies.at(-2), messages.length];
    };
    assert.deepEqual(last("bare"), ["554 5.6.0", 0]);
    assert.deepEqual(last("bare", { lenient: true }), ["250 2.6.0", 1]);
    assert.deepEqual(last("cr lf"), ["250 2.6.0", 1]);
    assert.deepEqual(last("cr"), ["554 5.6.0", 0]);
    assert.deepEqual(last("large"), ["552 5.3.4", 0]);
    assert.deepEqual(last("large", { maxMessageSize: 0 }), ["250 2.6.0", 1]);
    assert.deepEqual(last("long", { maxContentLineLength: 79 }), ["554 5.6.0", 0]);
  });

  it("is 503 outside a transaction and after DATA, and 502 if it is not offered", () => {
    const { replies: said } = submit(
      `BURL ${url("one")} LAST\r\nMAIL FROM:<>\r\nBURL ${url("one")} LAST\r\nBURL x\r\n`,
      {},
    );
    assert.deepEqual(said, ["503 5.5.1", "250 2.1.0", "503 5.5.1", "501 5.5.4"]);
    for (const line of ["BURL", "BURL imap://x LAST", "ETRN", "ETRN y.test", "ATRN", "ATRN ,"]) {
      assert.equal(replies(`${line}\r\n`), "502 5.5.1", line);
      assert.equal(talk(`${line}\r\n`).replies[0], "502 5.5.1", line);
    }
    const chunked = submit(`${envelope}BURL ${url("one")}\r\nDATA\r\n`, { one: "x" });
    assert.deepEqual(chunked.replies.slice(2), ["250 2.5.0", "503 5.5.1"]);
  });

  it("shows no authorization in the trace", () => {
    const { trace } = talk(`BURL ${url("one")} LAST\r\nburl\t${url("one")}\r\n`);
    assert.match(trace, /BURL imap:\/\/imap\.y\.test\/one\/;uid=1;urlauth=\*\*\*\* LAST\n/);
    assert.doesNotMatch(trace, new RegExp(token));
  });
});

describe("Responder: EHLO", () => {
  const offered = (changes: Partial<ServerSettings>, wire: string = "EHLO x\r\n") => {
    const { trace } = talk(wire, changes);
    return [...trace.matchAll(/^250[- ](ETRN|ATRN|BURL.*)\r$/gm)].map(([, keyword]) => keyword);
  };

  it("offers ETRN, ATRN and BURL if there are hooks, and imap to clients that have logged in", () => {
    const all = { etrn: true, atrn: true, burl: new Set(["x:143"]) };
    assert.deepEqual(offered(all), ["ETRN", "ATRN", "BURL"]);
    assert.deepEqual(offered({}), []);
    assert.deepEqual(offered(all, `EHLO x\r\n${jo}EHLO x\r\n`).slice(3), ["ETRN", "ATRN", "BURL imap"]);
    assert.deepEqual(offered({ ...all, without: new Set(["ETRN", "BURL"]) }), ["ATRN"]);
    for (const [keyword, line] of [
      ["ETRN", "ETRN y.test"],
      ["ATRN", "ATRN"],
      ["BURL", `BURL ${url("one")} LAST`],
    ] as const)
      assert.equal(
        replies(`${jo}${line}\r\n`, { ...all, without: new Set([keyword]) }),
        "235 2.7.0, 502 5.5.1",
      );
  });
});
