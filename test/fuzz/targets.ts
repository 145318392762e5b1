import assert from "node:assert/strict";
import { xclientNames } from "#src/protocol/client-attributes/xclient.js";
import { xforwardNames } from "#src/protocol/client-attributes/xforward.js";
import { formatCommand, parseCommand } from "#src/protocol/command.js";
import { DataReader } from "#src/protocol/data-reader.js";
import { ProxyHeaderReader } from "#src/protocol/proxy-header/proxy-header-reader.js";
import { Reply } from "#src/protocol/reply.js";
import { Input } from "#src/protocol/server/input.js";
import type { ServerSettings } from "#src/protocol/server/settings.js";
import { directStanding } from "#src/protocol/server/standing.js";
import { readPlainly } from "../protocol/plain-data.js";
import { proxyWords, readHeaderPlainly } from "../protocol/proxy-header/plain-header.js";
import { play, type Talk } from "../protocol/server/talk.js";
import type { Target } from "./fuzz.js";
import { readInput, seed } from "./input.js";
import { words } from "./words.js";

/** DATA: the same whole and cut up, and as the plainest reader has it. */
export const data: Target = {
  name: "DATA",
  words,
  seeds: [
    seed(0, "a\r\n..b\r\n.\r\nQUIT\r\n"),
    seed(1, "a\n.\r\r\n.\r\n"),
    seed(128, ".\r\n"),
    seed(0, "x".repeat(99), "\r\n."),
  ],
  run(input) {
    const { flags, wire, pieces } = readInput(input);
    const lenient = (flags & 1) !== 0;
    const { fault, content, rest } = readPlainly(wire.toString("latin1"), lenient);
    for (const cut of [[wire], pieces]) {
      const reading = readData(cut, lenient);
      assert.equal(reading === undefined, fault);
      if (reading === undefined) continue;
      assert.equal(reading.content, content);
      assert.equal(reading.rest, rest);
    }
  },
};

function readData(
  pieces: readonly Buffer[],
  lenient: boolean,
): { content: string; rest?: string } | undefined {
  const reader = new DataReader({ lenient });
  let content = "";
  for (const [index, piece] of pieces.entries()) {
    const read = reader.read(piece, 0);
    if (read.fault !== undefined) return undefined;
    content += read.content.toString("latin1");
    if (read.end !== undefined) {
      const rest = Buffer.concat([piece.subarray(read.end), ...pieces.slice(index + 1)]);
      return { content, rest: rest.toString("latin1") };
    }
  }
  return { content };
}

/**
 * Lines and commands: the same whole and cut up; a command that is understood is written, and understood again, as the
 * same.
 */
export const commands: Target = {
  name: "commands and parameters",
  words,
  seeds: words.map((word) => seed(0, word.toString())),
  run(input) {
    const { flags, wire, pieces } = readInput(input);
    const lenient = (flags & 1) !== 0;
    const lines = readLines([wire], lenient);
    assert.deepEqual(readLines(pieces, lenient), lines);
    for (const { text } of lines) {
      if (text === undefined) continue;
      const command = parseCommand(text, everything);
      if (command instanceof Reply) {
        assert.match(String(command), /^5/);
        continue;
      }
      const written = formatCommand(command);
      const again = parseCommand(written.slice(0, -2), everything);
      assert.ok(
        !(again instanceof Reply),
        `${JSON.stringify(text)} is written as ${JSON.stringify(written)}`,
      );
      assert.equal(formatCommand(again), written);
    }
  },
};

const everything = { offers: () => true, smtpUtf8: true, lenient: false };

function readLines(pieces: readonly Buffer[], lenient: boolean) {
  const input = new Input({ lenient, maxLineLength: 512 });
  const lines = [];
  for (const piece of pieces) {
    input.push(piece);
    for (let line = input.line(); line !== undefined; line = input.line()) {
      lines.push(line);
      // Nothing is taken off then.
      if (line.fault === "TLS" || line.fault === "too long") return lines;
    }
  }
  return lines;
}

/** Content by DATA: nothing in it is answered; what follows its end is answered as it is behind an empty message. */
export const content: Target = {
  name: "content by DATA",
  words,
  seeds: [
    seed(0, "Subject: x\r\n\r\n..x\r\n.\r\nNOOP\r\n"),
    seed(1, "RSET\n.\nQUIT\r\n.\r\n"),
    seed(0, "MAIL FROM:<a@x.test>\r\n"),
  ],
  run(input) {
    const { flags, wire, pieces } = readInput(input);
    const changes = { ...roomy, lenient: (flags & 1) !== 0, lmtp: (flags & 2) !== 0 };
    const head = Buffer.from(
      `${changes.lmtp ? "LHLO" : "EHLO"} x\r\nMAIL FROM:<>\r\nRCPT TO:<b@y.test>\r\nDATA\r\n`,
    );
    const talk = play([head, ...pieces], changes);
    const { fault, content, rest } = readPlainly(wire.toString("latin1"), changes.lenient);
    if (fault) {
      assert.deepEqual(talk.replies, [...begun, "521 5.5.2"]);
      assert.deepEqual([talk.messages, talk.end], [[], "closed"]);
    } else if (rest === undefined) {
      assert.deepEqual(talk.replies, begun);
    } else {
      const empty = play([head, Buffer.from(".\r\n"), Buffer.from(rest, "latin1")], changes);
      assert.deepEqual(talk.replies, empty.replies);
      assert.equal(talk.messages[0], ` > b@y.test: ${content}`);
      assert.deepEqual(talk.messages.slice(1), empty.messages.slice(1));
    }
  },
};

const begun = ["250", "250 2.1.0", "250 2.1.5", "354"];

/** Content by BDAT, wanted or not, in chunks of any size: nothing in it is answered, and it arrives as it is. */
export const chunks: Target = {
  name: "content by BDAT",
  words,
  seeds: [
    seed(0, "Subject: x\r\n\r\n.\r\nQUIT\r\n"),
    seed(2, "RSET\r\n"),
    seed(4, "a\nb\0\r"),
    seed(8, "BDAT 5\r\n"),
  ],
  run(input) {
    const { flags, wire, pieces } = readInput(input);
    const [wanted, binary, lenient] = [(flags & 2) === 0, (flags & 4) === 0, (flags & 1) !== 0];
    const mail = `MAIL FROM:<>${binary ? " BODY=BINARYMIME" : ""}\r\nRCPT TO:<b@y.test>\r\n`;
    const octets = pieces.flatMap((piece) => [Buffer.from(`BDAT ${piece.length}\r\n`), piece]);
    const head = Buffer.from(`EHLO x\r\n${wanted ? mail : ""}`);
    const all = Buffer.concat([head, ...octets, Buffer.from("BDAT 0 LAST\r\nNOOP\r\n")]);
    const { replies, messages } = play(flags & 16 ? [all] : [head, all.subarray(head.length)], {
      ...roomy,
      lenient,
    });
    if (!wanted) {
      assert.deepEqual(replies, ["250", ...pieces.map(() => "503 5.5.1"), "503 5.5.1", "250 2.0.0"]);
      assert.deepEqual(messages, []);
      return;
    }
    const text = wire.toString("latin1");
    const sound = binary || lenient || !/\0|\r(?!\n)|(?<!\r)\n/.test(text);
    assert.deepEqual(replies.slice(3), [
      ...pieces.map(() => "250 2.0.0"),
      sound ? "250 2.6.0" : "554 5.6.0",
      "250 2.0.0",
    ]);
    assert.deepEqual(messages, sound ? [` > b@y.test: ${text}`] : []);
  },
};

/** Anything at all: whole replies, the same however it is cut up, no more of them than lines, and nothing thrown. */
export const conversation: Target = {
  name: "conversations",
  words,
  seeds: [
    seed(0, "EHLO x\r\nMAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n"),
    seed(1, "EHLO x\r\nAUTH LOGIN\r\nam8=\r\nc2VjcmV0\r\n"),
    seed(2, "LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<b@y.test>\r\nRCPT TO:<c@y.test>\r\nBDAT 3 LAST\r\nx\r\n"),
    seed(8, "EHLO x\r\nSTARTTLS\r\n"),
    seed(
      0,
      "EHLO x\r\nAUTH PLAIN AGpvAHNlY3JldA==\r\nMAIL FROM:<>\r\nRCPT TO:<b@y.test>\r\nBDAT 3\r\nx\r\n",
      "BURL imap://x/a/;uid=1;urlauth=submit+jo:internal:91354a473744909de610943775f92038 LAST\r\nETRN y.test\r\n",
    ),
    seed(16, "EHLO x\r\nXCLIENT ADDR=192.0.2.7 LOGIN=jo\r\nEHLO x\r\nXFORWARD NAME=x\r\nMAIL FROM:<>\r\n"),
    ...words.map((word) => seed(0, "EHLO x\r\n", word.toString())),
  ],
  run(input) {
    const { flags, wire, pieces } = readInput(input);
    const changes = {
      ...roomy,
      maxMessageSize: flags & 8 ? 100 : 0,
      lenient: (flags & 1) !== 0,
      lmtp: (flags & 2) !== 0,
      mechanisms: ["PLAIN", "LOGIN", "XOAUTH2", "CRAM-MD5", "SCRAM-SHA-256", "OAUTHBEARER"],
    };
    // With this flag, the client may name others by XCLIENT and XFORWARD.
    const standing = flags & 16 ? trusted : undefined;
    const whole = play([wire], changes, standing);
    assert.deepEqual(facts(play(pieces, changes, standing)), facts(whole));
    let lines = 1;
    for (const octet of wire) if (octet === 0x0a) lines++;
    // Nothing says more than one reply to a line, but LMTP behind content and a reason to close.
    assert.ok(
      whole.replies.length <= (changes.lmtp ? 4 : 1) * lines + 1,
      `${whole.replies.length} replies to ${lines} lines`,
    );
  },
};

/** PROXY headers: the same whole and cut up, and as the plainest reader has it; what follows is left as it is. */
export const proxyHeaders: Target = {
  name: "PROXY headers",
  words: [...words, ...proxyWords],
  seeds: proxyWords.flatMap((word) => [
    Buffer.concat([seed(0), word, Buffer.from("EHLO x\r\n")]),
    Buffer.concat([seed(128), word]),
  ]),
  run(input) {
    const { wire, pieces } = readInput(input);
    const whole = readHeader([wire]);
    assert.deepEqual(readHeader(pieces), whole);
    const plain = readHeaderPlainly(wire);
    assert.deepEqual(plain, whole === undefined || whole.problem ? undefined : whole.header);
    if (whole?.rest !== undefined) assert.ok(wire.toString("latin1").endsWith(whole.rest));
    else assert.ok(whole !== undefined || wire.length < 4096, "a whole header asks for more");
  },
};

function readHeader(pieces: readonly Buffer[]) {
  const reader = new ProxyHeaderReader();
  for (const [index, piece] of pieces.entries()) {
    const read = reader.push(piece);
    if (read === undefined) continue;
    if (read.problem !== undefined) return { problem: read.problem };
    const rest = Buffer.concat([read.rest, ...pieces.slice(index + 1)]).toString("latin1");
    return { header: read.header, rest };
  }
  return undefined;
}

const trusted = { ...directStanding, xclient: xclientNames, xforward: xforwardNames };

/** The challenges of CRAM-MD5 and SCRAM are never the same; of everything else nothing may depend on the cutting. */
function facts({ replies, messages, end, attempts }: Talk): unknown {
  return { replies, messages, end, attempts };
}

/** Settings that close no conversation for its length. */
export const roomy: Partial<ServerSettings> = {
  maxMessageSize: 0,
  maxErrors: 1_000_000,
  maxUnknownCommands: 1_000_000,
  maxAuthAttempts: 1_000_000,
  // What may follow STARTTLS depends on what came with it.
  starttls: false,
  // What may follow ATRN does too.
  etrn: true,
  burl: new Set(["x:143"]),
  offeredExtensions: {
    DSN: true,
    REQUIRETLS: true,
    DELIVERBY: 60,
    FUTURERELEASE: 3600,
    "MT-PRIORITY": "MIXER",
  },
};
