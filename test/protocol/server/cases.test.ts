import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ServerSettings } from "#src/protocol/server/settings.js";
import { talk } from "./talk.js";

/**
 * What servers in the field have got wrong, one row each: what is said behind EHLO, what a strict server answers, and
 * what a lenient one does where that differs. `T` stands for a transaction up to and including DATA, `E` for its
 * envelope alone, `EVIL` for a message that somebody would like to smuggle in. What hangs on the socket, such as octets
 * behind STARTTLS, is with the tests of the server.
 */
type Row = readonly [
  said: string,
  strict: readonly string[],
  messages: number,
  lenient?: readonly [replies: readonly string[], messages: number] | undefined,
  changes?: Partial<ServerSettings>,
];

const envelope = "MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\n";
const evil = "MAIL FROM:<evil@x.test>\r\nRCPT TO:<v@y.test>\r\nDATA\r\nX\r\n.\r\n";

const T = ["250 2.1.0", "250 2.1.5", "354"] as const;
const E = ["250 2.1.0", "250 2.1.5"] as const;
const smuggled = [...T, "521 5.5.2"];
const swallowed: Row[3] = [[...T, "250 2.6.0"], 1];
const accepted = [...T, "250 2.6.0"];
const none: Partial<ServerSettings> = { allowPlaintextCredentials: false };

/** The end of a message that keeps `EVIL`, whose own dot ends it in lenient mode. */
const EVIL = evil.slice(0, -5);
const END = "\r\n.\r\n";

const rows: readonly Row[] = [
  [`Tbody\n.\r\n${EVIL}${END}`, smuggled, 0, swallowed],
  [`Tbody\n.\n${EVIL}${END}`, smuggled, 0, swallowed],
  [`Tbody\r\n.\n${EVIL}${END}`, smuggled, 0, swallowed],
  [`Tbody\r.\r\n${EVIL}${END}`, smuggled, 0, swallowed],
  [`Tbody\r\n.\r${EVIL}${END}`, smuggled, 0, swallowed],
  [`Tbody\r.\r${EVIL}${END}`, smuggled, 0, swallowed],
  [`Tbody\r.\n${EVIL}${END}`, smuggled, 0, swallowed],
  [`Tbody\r\r\n.\r\r\n${EVIL}${END}`, smuggled, 0, swallowed],
  [`Tbody\n.\r${EVIL}${END}`, smuggled, 0, swallowed],
  ["Tbody\r\r\n.\r\n", smuggled, 0, swallowed],
  [`Tbody\r\n.\r\r\n${EVIL}${END}`, smuggled, 0, swallowed],
  [`Tbody\r\n\0.\r\n${EVIL}${END}`, smuggled, 0, swallowed],
  [`Tbody\r\n.\0\r\n${EVIL}${END}`, smuggled, 0, swallowed],
  ["T..\r\nMAIL FROM:<evil@x.test>\r\n.\r\n", accepted, 1],
  ["T..\r\n.a\r\n...\r\n..\r\nend\r\n.\r\n", accepted, 1],
  ["T.\r\n", accepted, 1],
  [
    "Tx\r\n.\r\nMAIL FROM:<c@x.test>\r\nRSET\r\nQUIT\r\n",
    [...accepted, "250 2.1.0", "250 2.0.0", "221 2.0.0"],
    1,
  ],
  ["NOOP\nNOOP\r\n", ["521 5.5.2"], 0, [["250 2.0.0", "250 2.0.0"], 0]],
  ["NOOP\rNOOP\r\n", ["521 5.5.2"], 0, [["500 5.5.2"], 0]],
  ["NOOP\0\r\n", ["521 5.5.2"], 0, [["500 5.5.2"], 0]],
  ["MAIL FROM:<a\rb@x.test>\r\n", ["521 5.5.2"], 0, [["500 5.5.2"], 0]],
  ["STARTTLS x\r\n", ["501 5.5.4"], 0],
  ["STARTTLS\r\n", ["502 5.5.1"], 0, undefined, { starttls: false }],
  ["\x16\x03\x01\x02\x00\x01\x00\x01\xfc\n\r\n", ["500 5.5.2"], 0],
  ["AUTH PLAIN AGEAYg==\r\nNOOP\r\n", ["538 5.7.11", "250 2.0.0"], 0, undefined, none],
  ["AUTH PLAIN =\r\n", ["501 5.5.2"], 0],
  ["AUTH PLAIN !!!!\r\n", ["501 5.5.2"], 0],
  [`AUTH PLAIN ${"A".repeat(100_000)}`, ["500 5.5.6"], 0],
  ["AUTH LOGIN\r\n*\r\n", ["334", "501 5.7.0"], 0],
  ["AUTH LOGIN\r\nam8=\r\n*\r\n", ["334", "334", "501 5.7.0"], 0],
  ["AUTH PLAIN AGpvAGI=\r\n".repeat(4), ["535 5.7.8", "535 5.7.8", "421 4.7.0"], 0],
  ["EAUTH PLAIN AGpvAGI=\r\n", [...E, "503 5.5.1"], 0],
  ["AUTH PLAIN AGpvAHNlY3JldA==\r\nAUTH PLAIN AGpvAHNlY3JldA==\r\n", ["235 2.7.0", "503 5.5.1"], 0],
  // The user `a` CR LF `b`.
  ["AUTH PLAIN AGENCmIAc2VjcmV0\r\n", ["501 5.5.2"], 0],
  [
    "MAIL FROM:<>\r\nRCPT TO:<a%b@y.test>\r\nRCPT TO:<@relay.test:b@c.test>\r\n",
    ["250 2.1.0", "250 2.1.5", "250 2.1.5"],
    0,
  ],
  ["VRFY root\r\nVRFY nosuch\r\nEXPN all\r\n", ["252 2.5.0", "252 2.5.0", "502 5.5.1"], 0],
  ["HELO x\r\x01\r\n", ["521 5.5.2"], 0, [["500 5.5.2"], 0]],
  ["HELO x\x01\r\n", ["501"], 0],
  [`EHLO ${"x".repeat(600)}\r\n`, ["501"], 0],
  ["EHLO\r\nEHLO \r\nEHLO [IPv6:zz]\r\n", ["501", "501", "501"], 0],
  ["MAIL FROM:<a@x> SIZE=-1\r\n", ["501 5.5.4"], 0],
  ["MAIL FROM:<a@x> SIZE=1e9\r\n", ["501 5.5.4"], 0],
  ["MAIL FROM:<a@x> SIZE=99999999999999999999\r\n", ["552 5.3.4"], 0],
  ["MAIL FROM:<a@x> SIZE=\r\n", ["501 5.5.4"], 0],
  [`T${"x".repeat(1500)}\r\nRSET\r\nMAIL FROM:<s@x>\r\n.\r\n`, [...T, "552 5.3.4"], 0],
  [`T${"x".repeat(998)}\r\n.\r\n`, accepted, 1],
  [`T${"x".repeat(999)}\r\n.\r\n`, [...T, "552 5.3.4"], 0],
  ["MAIL FROM:<a@x> FOO=BAR\r\n", ["555 5.5.4"], 0],
  ["MAIL FROM:<a@x> SIZE=1 SIZE=2\r\n", ["501 5.5.4"], 0],
  ["MAIL FROM:<a@x> BODY=BINARYMIME\r\n", ["504 5.5.4"], 0, undefined, { without: new Set(["CHUNKING"]) }],
  ["MAIL FROM:<a@x> ENVID=a+0D+0Ab\r\n", ["501 5.5.4"], 0, undefined, { offeredExtensions: { DSN: true } }],
  ["MAIL FROM:<jörg@x.test>\r\n", ["553 5.6.7"], 0],
  ["MAIL FROM:<jörg@x.test> SMTPUTF8\r\n", ["250 2.1.0"], 0],
  ["MAIL FROM:<a\u202eb@x.test> SMTPUTF8\r\n", ["501 5.1.7"], 0],
  ["MAIL FROM:<a@x.test>\r\nRCPT TO:<jörg@x.test>\r\n", ["250 2.1.0", "553 5.6.7"], 0],
  ["MAIL FROM:<a@x.test> SMTPUTF8\r\nRCPT TO:<jörg@x.test>\r\n", ["250 2.1.0", "250 2.1.5"], 0],
  ["MAIL FROM:<.a..b.@x.test>\r\n", ["501 5.1.7"], 0, [["250 2.1.0"], 0]],
  ["MAIL FROM:<..>\r\n", ["501 5.1.7"], 0],
  ["MAIL FROM:<a..b@x..test>\r\n", ["501 5.1.7"], 0],
  ["BDAT 22 LAST\r\nMAIL FROM:<i@x.test>\r\n", ["503 5.5.1"], 0],
  ["EBDAT 6 LASTX\r\nRSET\r\n", [...E, "521 5.5.4"], 0],
  ["EBDAT -1\r\nRSET\r\n", [...E, "521 5.5.4"], 0],
  ["EBDAT 99999999999999999999\r\n", [...E, "521 5.5.4"], 0],
  ["EBDAT\r\n", [...E, "521 5.5.4"], 0],
  ["EBDAT 5\r\nhelloDATA\r\n", [...E, "250 2.0.0", "503 5.5.1"], 0],
  ["MAIL FROM:<> BODY=BINARYMIME\r\nRCPT TO:<b@y.test>\r\nDATA\r\n", [...E, "503 5.5.1"], 0],
  [
    `EBDAT 999\r\n${"x".repeat(999)}${"BDAT 3\r\nabc".repeat(3)}`,
    [...E, "250 2.0.0", "552 5.3.4", "503 5.5.1", "503 5.5.1"],
    0,
  ],
  ["EBDAT 12 LAST\r\na\r\n.\r\nb\n\0c\r\n", [...E, "554 5.6.0"], 0, [[...E, "250 2.6.0"], 1]],
  [
    "MAIL FROM:<> BODY=BINARYMIME\r\nRCPT TO:<b@y.test>\r\nBDAT 12 LAST\r\na\r\n.\r\nb\n\0c\r\n",
    [...E, "250 2.6.0"],
    1,
  ],
  ["x".repeat(100_000), ["500 5.5.2"], 0],
  [`T${"x".repeat(200_000)}\r\n.\r\nNOOP\r\n`, [...T, "552 5.3.4", "250 2.0.0"], 0],
  ["GET / HTTP/1.1\r\nHost: x\r\n\r\n", ["421 4.7.0"], 0],
  ["FOO\r\n".repeat(12), [..."0123456789"].map(() => "500 5.5.2").concat("421 4.7.0"), 0],
  [
    `E${"RCPT TO:<c@y.test>\r\n".repeat(3)}DATA\r\n.\r\n`,
    [...E, "250 2.1.5", "250 2.1.5", "452 4.5.3", "354", "250 2.6.0"],
    1,
  ],
];

describe("Responder: what others got wrong", () => {
  for (const [said, strict, messages, lenient = [strict, messages], changes = {}] of rows) {
    const begun = said.replace(/^[TE](?=Tbody|body|\.|x|BDAT|AUTH|RCPT)/, (letter) =>
      letter === "T" ? `${envelope}DATA\r\n` : envelope,
    );
    it(JSON.stringify(said.length > 90 ? `${said.slice(0, 90)}...` : said), () => {
      const ask = (mode: boolean) => talk(`EHLO x\r\n${begun}`, { ...changes, lenient: mode });
      const [hard, soft] = [ask(false), ask(true)];
      assert.deepEqual([hard.replies.slice(1), hard.messages.length], [strict, messages]);
      assert.deepEqual([soft.replies.slice(1), soft.messages.length], lenient);
    });
  }
});
