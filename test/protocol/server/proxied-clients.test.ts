import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { xclientNames } from "#src/protocol/client-attributes/xclient.js";
import { xforwardNames } from "#src/protocol/client-attributes/xforward.js";
import { type ClientStanding, directStanding } from "#src/protocol/server/standing.js";
import { replies, talk } from "./talk.js";

const trusted: ClientStanding = {
  ...directStanding,
  near: false,
  xclient: xclientNames,
  xforward: xforwardNames,
};
const stranger: ClientStanding = { ...directStanding, near: false, xclient: [], xforward: [] };
const XCLIENT = "XCLIENT NAME=c.test ADDR=192.0.2.7\r\n";
const XFORWARD = "XFORWARD NAME=c.test ADDR=192.0.2.7\r\n";

describe("XCLIENT", () => {
  it("greets anew, and knows no EHLO any more", () => {
    assert.equal(
      replies(`${XCLIENT}MAIL FROM:<>\r\nEHLO c.test\r\nMAIL FROM:<>\r\n`, {}, trusted),
      "220, 503 5.5.1, 250, 250 2.1.0",
    );
  });

  it("works before EHLO and several times", () => {
    const { replies } = talk(`${XCLIENT}XCLIENT HELO=c.test\r\nEHLO c.test\r\n${XCLIENT}`, {}, trusted);
    assert.deepEqual(replies, ["220", "220", "250", "220"]);
  });

  it("closes the connection if the client is refused", () => {
    const { replies, end } = talk("XCLIENT NAME=refused.test\r\nNOOP\r\n", {}, trusted);
    assert.deepEqual([replies, end], [["554"], "closed"]);
  });

  it("is refused in a transaction", () => {
    for (const begun of ["MAIL FROM:<>\r\n", "MAIL FROM:<>\r\nRCPT TO:<b@y.test>\r\n"])
      for (const command of [XCLIENT, XFORWARD])
        assert.match(replies(`${begun}${command}`, {}, trusted), /, 503 5\.5\.1$/);
    const chunks = "MAIL FROM:<>\r\nRCPT TO:<b@y.test>\r\nBDAT 1\r\nx";
    assert.match(replies(`${chunks}${XCLIENT}BDAT 1 LAST\r\ny`, {}, trusted), /, 503 5\.5\.1, 250 2\.6\.0$/);
    assert.match(replies(`MAIL FROM:<>\r\nRSET\r\n${XCLIENT}`, {}, trusted), /, 220$/);
  });

  it("is refused for clients that are not trusted, and without the option", () => {
    assert.equal(replies(XCLIENT + XFORWARD, {}, stranger), "550 5.7.0, 550 5.7.0");
    assert.equal(replies(XCLIENT + XFORWARD), "502 5.5.1, 502 5.5.1");
  });

  it("refuses LOGIN alone if that is not allowed", () => {
    const noLogin = { ...trusted, xclient: xclientNames.filter((name) => name !== "LOGIN") };
    assert.equal(replies("XCLIENT LOGIN=jo\r\nXCLIENT NAME=x\r\n", {}, noLogin), "550 5.7.0, 220");
  });

  it("begins with fresh counters", () => {
    const wrong = "RCPT\r\n".repeat(3);
    const limits = { maxErrors: 4, maxTransactions: 1 };
    assert.match(
      replies(`${wrong}${XCLIENT}${wrong}`, limits, trusted),
      /^(?:501 5.5.4|503 5.5.1)(?:, 50[13] 5.5.[14]){2}, 220(?:, 503 5.5.1){3}$/,
    );
    const mail = "EHLO c.test\r\nMAIL FROM:<>\r\nRSET\r\n";
    assert.doesNotMatch(replies(`${mail}${XCLIENT}${mail}`, limits, trusted), /421/);
    assert.match(replies(`${mail}${mail}`, limits, trusted), /421/);
  });

  it("ends a login, and begins the one of LOGIN", () => {
    const login = `AUTH PLAIN ${Buffer.from("\0jo\0secret").toString("base64")}\r\n`;
    const tls = { allowPlaintextCredentials: true };
    const near = { ...trusted, near: true };
    assert.match(replies(`${login}${login}`, tls, near), /^235 2\.7\.0, 503 5\.5\.1$/);
    assert.match(
      replies(`${login}${XCLIENT}EHLO c.test\r\n${login}`, tls, near),
      /^235 2\.7\.0, 220, 250, 235 2\.7\.0$/,
    );
    assert.match(
      replies(`XCLIENT LOGIN=al\r\nEHLO c.test\r\n${login}`, tls, near),
      /^220, 250, 503 5\.5\.1$/,
    );
  });

  it("gives access where a login is required", () => {
    const demands = { requireAuth: true };
    const mail = "EHLO c.test\r\nMAIL FROM:<>\r\n";
    const near = { ...trusted, near: true };
    assert.match(replies(`XCLIENT LOGIN=al\r\n${mail}`, demands, near), /^220, 250, 250 2\.1\.0$/);
    assert.match(replies(`${XCLIENT}${mail}`, demands, near), /^220, 250, 530 5\.7\.0$/);
  });

  it("needs TLS where that is required", () => {
    assert.equal(replies(`${XCLIENT}${XFORWARD}`, { requireTls: true }, trusted), "530 5.7.0, 530 5.7.0");
  });
});

describe("XFORWARD", () => {
  it("is accepted between transactions", () => {
    assert.equal(
      replies(`${XFORWARD}XFORWARD HELO=x\r\nMAIL FROM:<>\r\n`, {}, trusted),
      "250 2.0.0, 250 2.0.0, 250 2.1.0",
    );
  });
});

describe("PROXY as a command", () => {
  const line = "PROXY TCP4 192.0.2.7 192.0.2.25 1 25\r\n";

  it("is out of order behind a header, and unknown otherwise", () => {
    const proxied = { ...directStanding, near: false, proxied: true };
    assert.equal(replies(`${line}proxy UNKNOWN\r\n`, {}, proxied), "503 5.5.1, 503 5.5.1");
    assert.equal(replies(line), "500 5.5.2");
  });

  it("counts as an unknown command", () => {
    const proxied = { ...directStanding, near: false, proxied: true };
    assert.match(
      replies(line.repeat(3), { maxUnknownCommands: 2 }, proxied),
      /^503 5\.5\.1, 503 5\.5\.1, 421 4\.7\.0$/,
    );
  });
});

describe("EHLO", () => {
  it("offers XCLIENT and XFORWARD to clients that may use them", () => {
    const { trace } = talk("EHLO x.test\r\n", {}, trusted);
    assert.match(trace, /250-XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT\r\n/);
    assert.match(trace, /250 XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE\r\n/);
    for (const standing of [stranger, undefined])
      assert.doesNotMatch(talk("EHLO x.test\r\n", {}, standing).trace, /XCLIENT|XFORWARD/);
    assert.doesNotMatch(talk("HELO x.test\r\n", {}, trusted).trace, /XCLIENT|XFORWARD/);
  });

  it("offers AUTH without TLS to clients nearby only", () => {
    const settings = { allowPlaintextCredentials: true };
    assert.match(talk("EHLO x.test\r\n", settings).trace, /AUTH PLAIN/);
    assert.doesNotMatch(talk("EHLO x.test\r\n", settings, stranger).trace, /AUTH/);
    assert.equal(replies("AUTH PLAIN =\r\n", settings, stranger), "538 5.7.11");
  });
});
