import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { commandTable } from "#src/protocol/server/command-table.js";
import { replies, settings, talk } from "./talk.js";

const tls = { requireTls: true };
const login = { requireAuth: true };
const loginOverTls = { ...login, allowPlaintextCredentials: false };
const needed = "530 5.7.0";
const jo = `AUTH PLAIN ${Buffer.from("\0jo\0secret").toString("base64")}\r\n`;

/** A command of each verb, with an argument that is valid. */
const examples: Readonly<Record<string, string>> = {
  HELO: "HELO x",
  EHLO: "EHLO x",
  LHLO: "LHLO x",
  MAIL: "MAIL FROM:<a@x.test>",
  RCPT: "RCPT TO:<b@y.test>",
  BDAT: "BDAT 4 LAST\r\nQUIT",
  VRFY: "VRFY b",
  EXPN: "EXPN b",
  AUTH: "AUTH PLAIN =",
};

const verbs = Object.keys(commandTable);
const inTrouble = (changes: typeof tls | typeof login): string[] =>
  verbs.filter((verb) =>
    replies(`${examples[verb] ?? verb}\r\n`, { ...hooks, ...changes }).startsWith(needed),
  );
const hooks = { etrn: true, atrn: true, burl: new Set(["x:143"]) };
const always = ["HELO", "EHLO", "LHLO", "STARTTLS", "NOOP", "RSET", "HELP", "QUIT"];

describe("Responder: requirements of a listener", () => {
  it("refuses all commands without TLS but those that lead to it or ask for nothing", () => {
    assert.deepEqual(
      inTrouble(tls),
      verbs.filter((verb) => !always.includes(verb)),
    );
  });

  it("refuses all commands without a login but those that lead to it or ask for nothing", () => {
    assert.deepEqual(
      inTrouble(login),
      verbs.filter((verb) => !["AUTH", "XCLIENT", "XFORWARD", ...always].includes(verb)),
    );
  });

  it("asks for STARTTLS first if a login needs it, and for a login then", () => {
    const wire = `EHLO x\r\nMAIL FROM:<>\r\n${jo}MAIL FROM:<>\r\n`;
    assert.deepEqual(talk(wire, loginOverTls).replies, ["250", needed, "538 5.7.11", needed]);
    assert.match(talk(wire, loginOverTls).trace, /^530 5\.7\.0 Must issue a STARTTLS/m);
    assert.doesNotMatch(talk(wire, login).trace, /STARTTLS command first/);
    assert.deepEqual(talk(wire, login).replies, ["250", needed, "235 2.7.0", "250 2.1.0"]);
    assert.deepEqual(talk(wire, { ...loginOverTls, ...tls }).replies, ["250", needed, needed, needed]);
  });

  it("lets no client without a login have mail by ATRN, whatever else it requires", () => {
    assert.equal(replies(`ATRN\r\n${jo}ATRN\r\n`, hooks), `${needed}, 235 2.7.0, 453 4.0.0`);
  });

  it("reads the octets of a refused chunk, and refuses all of a group that was sent at once", () => {
    const group = `MAIL FROM:<>\r\nRCPT TO:<b@y.test>\r\nBDAT 6 LAST\r\nQUIT\r\n${jo}MAIL FROM:<>\r\n`;
    assert.equal(replies(group, login), `${needed}, ${needed}, ${needed}, 235 2.7.0, 250 2.1.0`);
    const data = "MAIL FROM:<>\r\nRCPT TO:<b@y.test>\r\nDATA\r\n";
    assert.equal(replies(data, login), `${needed}, ${needed}, ${needed}`);
  });

  it("asks for both in LMTP too", () => {
    const lmtp = { lmtp: true, ...login };
    assert.deepEqual(talk("LHLO x\r\nMAIL FROM:<>\r\n", lmtp).replies, ["250", needed]);
    assert.equal(settings.requireAuth, false);
  });
});
