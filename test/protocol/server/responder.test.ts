import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { replies, talk } from "./talk.js";

const evil = "MAIL FROM:<evil@x.test>\r\nRCPT TO:<v@y.test>\r\nDATA\r\nX\r\n.\r\n";
const envelope = "MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\n";
const transaction = `EHLO x.test\r\n${envelope}DATA\r\n`;

describe("Responder: transactions", () => {
  it("takes a message", () => {
    const { replies, messages } = talk(`${transaction}Subject: x\r\n\r\n..dot\r\n.\r\nQUIT\r\n`);
    assert.deepEqual(replies, ["250", "250 2.1.0", "250 2.1.5", "354", "250 2.6.0", "221 2.0.0"]);
    assert.deepEqual(messages, ["a@x.test > b@y.test: Subject: x\r\n\r\n.dot\r\n"]);
  });

  it("accepts one message after another, with commands after the dot in the same piece", () => {
    const { replies, messages } = talk(`${transaction}x\r\n.\r\nMAIL FROM:<c@x.test>\r\nRSET\r\nQUIT\r\n`);
    assert.deepEqual(replies.slice(4), ["250 2.6.0", "250 2.1.0", "250 2.0.0", "221 2.0.0"]);
    assert.equal(messages.length, 1);
  });

  it("takes the null sender, and an empty message", () => {
    const { messages } = talk("HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<b@y.test>\r\nDATA\r\n.\r\n");
    assert.deepEqual(messages, [" > b@y.test: "]);
  });

  it("answers a group in one piece, in order", () => {
    assert.equal(
      replies("NOOP\r\nVRFY root\r\nVRFY nosuch\r\nEXPN all\r\nHELP\r\nRSET\r\n"),
      "250 2.0.0, 252 2.5.0, 252 2.5.0, 502 5.5.1, 214 2.0.0, 250 2.0.0",
    );
  });

  it("wants commands in their order", () => {
    assert.deepEqual(talk("MAIL FROM:<a@x.test>\r\n").replies, ["503 5.5.1"]);
    assert.equal(replies("RCPT TO:<b@y.test>\r\nDATA\r\n"), "503 5.5.1, 503 5.5.1");
    assert.equal(replies("MAIL FROM:<a@x.test>\r\nDATA\r\n"), "250 2.1.0, 503 5.5.1");
    assert.equal(replies(`${envelope}MAIL FROM:<a@x.test>\r\n`), "250 2.1.0, 250 2.1.5, 503 5.5.1");
  });

  it("forgets the transaction at EHLO and RSET", () => {
    assert.equal(replies(`${envelope}EHLO y\r\nDATA\r\n`), "250 2.1.0, 250 2.1.5, 250, 503 5.5.1");
    assert.equal(replies(`${envelope}RSET\r\nDATA\r\n`), "250 2.1.0, 250 2.1.5, 250 2.0.0, 503 5.5.1");
  });

  it("refuses recipients beyond the limit with 452 and takes the mail for the others", () => {
    const more = "RCPT TO:<c@y.test>\r\n".repeat(3);
    assert.equal(
      replies(`${envelope}${more}DATA\r\n.\r\n`),
      "250 2.1.0, 250 2.1.5, 250 2.1.5, 250 2.1.5, 452 4.5.3, 354, 250 2.6.0",
    );
  });

  it("reads Postmaster, in any case, as the postmaster of this host", () => {
    const { messages } = talk("HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<PostMaster>\r\nDATA\r\n.\r\n");
    assert.deepEqual(messages, [" > postmaster@mx.y.test: "]);
  });

  it("ignores a source route, and leaves % and quotes alone", () => {
    const recipients = ["<@relay.test:b@c.test>", "<a%b@y.test>", '<"a@b"@y.test>'];
    const { messages } = talk(
      `HELO x\r\nMAIL FROM:<>\r\n${recipients.map((path) => `RCPT TO:${path}\r\n`).join("")}DATA\r\n.\r\n`,
    );
    assert.deepEqual(messages, [' > b@c.test a%b@y.test "a@b"@y.test: ']);
  });
});

describe("Responder: smuggling", () => {
  const bodies = [
    "body\n.\r\n",
    "body\n.\n",
    "body\r\n.\n",
    "body\r.\r\n",
    "body\r\n.\r",
    "body\r.\r",
    "body\r.\n",
    "body\n.\r",
    "body\r\r\n.\r\r\n",
    "body\r\n.\r\r\n",
    "body\r\n\0.\r\n",
    "body\r\n.\0\r\n",
  ];
  for (const body of bodies) {
    it(`takes nothing behind ${JSON.stringify(body)} for commands`, () => {
      const strict = talk(`${transaction}${body}${evil}\r\n.\r\n`);
      assert.deepEqual(strict.replies.slice(4), ["521 5.5.2"]);
      assert.deepEqual([strict.messages, strict.end], [[], "closed"]);
      const lenient = talk(`${transaction}${body}${evil.slice(0, -5)}\r\n.\r\n`, { lenient: true });
      assert.deepEqual(lenient.replies.slice(4), ["250 2.6.0"]);
      assert.equal(lenient.messages.length, 1);
      assert.match(lenient.messages[0] ?? "", /MAIL FROM:<evil@x\.test>/);
    });
  }

  it("closes at a bare LF, a bare CR and a NUL in a command", () => {
    for (const line of ["NOOP\nNOOP\r\n", "NOOP\rNOOP\r\n", "NOOP\0\r\n"]) {
      assert.equal(replies(`${line}NOOP\r\n`), "521 5.5.2", JSON.stringify(line));
    }
  });

  it("ends a command at a bare LF, lenient, but never at a bare CR or a NUL", () => {
    assert.equal(replies("NOOP\nNOOP\r\n", { lenient: true }), "250 2.0.0, 250 2.0.0");
    assert.equal(replies("NOOP\rNOOP\r\n", { lenient: true }), "500 5.5.2");
    assert.equal(replies("NOOP\0\r\n", { lenient: true }), "500 5.5.2");
  });

  it("reads a message that is too large to its end, takes none of it for commands, and goes on", () => {
    const body = `${"x".repeat(998)}\r\nRSET\r\nMAIL FROM:<s@x.test>\r\n`;
    assert.equal(
      replies(`${envelope}DATA\r\n${body}.\r\nNOOP\r\n`),
      "250 2.1.0, 250 2.1.5, 354, 552 5.3.4, 250 2.0.0",
    );
  });

  it("takes a message of exactly the limit", () => {
    const body = `${"x".repeat(998)}\r\n`;
    assert.equal(replies(`${envelope}DATA\r\n${body}.\r\n`), "250 2.1.0, 250 2.1.5, 354, 250 2.6.0");
    assert.equal(replies(`${envelope}DATA\r\nx${body}.\r\n`), "250 2.1.0, 250 2.1.5, 354, 552 5.3.4");
  });

  it("does not read a message that is too large for ever", () => {
    const { replies, end } = talk(`${transaction}${"x".repeat(2_000_000)}`);
    assert.deepEqual([replies.at(-1), end], ["552 5.3.4", "closed"]);
  });
});

describe("Responder: commands that are not valid", () => {
  const wrong: readonly (readonly [command: string, reply: string])[] = [
    ["MAIL FROM:<a@x.test> SIZE=-1", "501 5.5.4"],
    ["MAIL FROM:<a@x.test> SIZE=1e9", "501 5.5.4"],
    ["MAIL FROM:<a@x.test> SIZE=", "501 5.5.4"],
    ["MAIL FROM:<a@x.test> SIZE=1001", "552 5.3.4"],
    ["MAIL FROM:<a@x.test> SIZE=99999999999999999999", "552 5.3.4"],
    ["MAIL FROM:<a@x.test> FOO=BAR", "555 5.5.4"],
    ["MAIL FROM:<a@x.test> SIZE=1 size=2", "501 5.5.4"],
    ["MAIL FROM:<a@x.test> BODY=UTF8", "504 5.5.4"],
    ["MAIL FROM:<a@x.test> AUTH=a+0D+0Ab", "501 5.5.4"],
    ["MAIL FROM:<a@x.test> __proto__=1", "501 5.5.4"],
    ["MAIL FROM:<a@x.test> CONSTRUCTOR=1", "555 5.5.4"],
    ["MAIL FROM:a@x.test", "501 5.5.4"],
    ["MAIL TO:<a@x.test>", "501 5.5.4"],
    ["MAIL FROM:<a@x.test", "501 5.5.4"],
    ["MAIL FROM:<a@x.test>SIZE=1", "501 5.5.4"],
    ["MAIL FROM:<a b@x.test>", "501 5.1.7"],
    ["MAIL FROM:<jörg@x.test>", "553 5.6.7"],
    ["MAIL FROM:<a\u202eb@x.test> SMTPUTF8", "501 5.1.7"],
    ["MAIL", "501 5.5.4"],
    ["DATA now", "501 5.5.4"],
    ["STARTTLS x", "501 5.5.4"],
    ["VRFY", "501 5.5.4"],
    ["", "500 5.5.2"],
    ["constructor", "500 5.5.2"],
    ["EHLO", "501"],
    ["EHLO a\tb", "501"],
    ["EHLO a b", "501"],
    ["EHLO [IPv6:zz]", "501"],
    ["EHLO a\u202e.test", "501"],
    [`HELO ${"a".repeat(600)}`, "501"],
  ];
  for (const [command, reply] of wrong) {
    it(`answers ${command.slice(0, 60)} with ${reply}`, () => {
      const argument = command.startsWith("DATA") ? envelope : "";
      assert.equal(
        replies(`${argument}${command}\r\nNOOP\r\n`).replace(/^250 2.1.0, 250 2.1.5, /, ""),
        `${reply}, 250 2.0.0`,
      );
    });
  }

  it("accepts parameters, verbs and paths in any case and with white space at the end", () => {
    const mail = "mail from:<a@x.test> size=10 Body=8bitMIME smtputf8 AUTH=<>  ";
    assert.equal(replies(`${mail}\r\nrcpt to: <j\u00f6rg@y.test> \r\n`), "250 2.1.0, 250 2.1.5");
  });

  it("refuses parameters of extensions that are not in force", () => {
    const { replies } = talk("HELO x\r\nMAIL FROM:<a@x.test> SIZE=1\r\n");
    assert.deepEqual(replies, ["250", "555 5.5.4"]);
  });

  it("says 500 to what is not UTF-8", () => {
    assert.equal(replies(Buffer.from("VRFY \xff\r\nNOOP\r\n", "latin1")), "500 5.5.2, 250 2.0.0");
  });

  it("closes at a line that is too long, whether it ends or not", () => {
    for (const end of ["", "\r\nNOOP\r\n"]) {
      const { replies, end: state } = talk(`EHLO x\r\nNOOP ${"x".repeat(100_000)}${end}`);
      assert.deepEqual([replies, state], [["250", "500 5.5.2"], "closed"]);
    }
    assert.equal(replies(`AUTH PLAIN ${"x".repeat(100_000)}`), "500 5.5.6");
  });

  it("takes a line of exactly the limit", () => {
    const line = `NOOP ${"x".repeat(settingsLine - 7)}\r\n`;
    assert.equal(replies(line), "250 2.0.0");
    assert.equal(replies(`x${line}`), "500 5.5.2");
  });

  it("closes after too many mistakes", () => {
    const { replies, end } = talk(`${"FOO\r\n".repeat(11)}NOOP\r\n`);
    assert.deepEqual([replies.length, replies[10], end], [11, "421 4.7.0", "closed"]);
  });

  it("closes at HTTP and at a TLS handshake, with one reply", () => {
    const http = talk("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert.deepEqual([http.replies, http.end], [["421 4.7.0"], "closed"]);
    const tls = talk(Buffer.from("\x16\x03\x01\x02\x00\x01\n\n\r\n", "latin1"));
    assert.deepEqual([tls.replies, tls.end], [["500 5.5.2"], "closed"]);
  });
});

const settingsLine = 2000;

describe("Responder: STARTTLS", () => {
  it("says 220 and reads nothing more", () => {
    const { replies, end } = talk("EHLO x\r\nSTARTTLS\r\n");
    assert.deepEqual([replies, end], [["250", "220 2.0.0"], "starttls"]);
  });

  it("is answered with 502 without a certificate, or if it is hidden", () => {
    assert.equal(replies("STARTTLS\r\n", { starttls: false }), "502 5.5.1");
    assert.equal(replies("STARTTLS\r\n", { without: new Set(["STARTTLS"]) }), "502 5.5.1");
  });
});

describe("Responder: extensions that are withheld", () => {
  it("are not offered, and neither are their parameters", () => {
    assert.equal(replies("MAIL FROM:<a@x.test> SIZE=1\r\n", { without: new Set(["SIZE"]) }), "555 5.5.4");
    assert.equal(replies("AUTH PLAIN\r\n", { without: new Set(["AUTH"]) }), "502 5.5.1");
    assert.equal(replies(envelope, { without: new Set(["ENHANCEDSTATUSCODES"]) }), "250, 250");
  });

  it("EHLO among them", () => {
    const { replies } = talk("EHLO x\r\nHELO x\r\n", { without: new Set(["EHLO"]) });
    assert.deepEqual(replies, ["502 5.5.1", "250"]);
  });
});

const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("Responder: AUTH", () => {
  const plain = base64("\0jo\0secret");

  it("knows PLAIN, with an initial response and without", () => {
    assert.equal(replies(`AUTH PLAIN ${plain}\r\n`), "235 2.7.0");
    assert.equal(replies(`auth plain\r\n${plain}\r\n`), "334, 235 2.7.0");
  });

  it("knows LOGIN, with an initial response and without", () => {
    const [user, password] = [base64("jo"), base64("secret")];
    assert.equal(replies(`AUTH LOGIN\r\n${user}\r\n${password}\r\n`), "334, 334, 235 2.7.0");
    assert.equal(replies(`AUTH LOGIN ${user}\r\n${password}\r\n`), "334, 235 2.7.0");
  });

  it("knows XOAUTH2, and tells of a refusal as Google does", () => {
    const response = (token: string) => base64(`user=jo\x01auth=Bearer ${token}\x01\x01`);
    assert.equal(replies(`AUTH XOAUTH2 ${response("secret")}\r\n`), "235 2.7.0");
    assert.equal(replies(`AUTH XOAUTH2 ${response("wrong")}\r\n\r\nNOOP\r\n`), "334, 535 5.7.8, 250 2.0.0");
  });

  it("is not for transactions, nor twice, nor before EHLO, nor after HELO", () => {
    assert.equal(replies(`MAIL FROM:<>\r\nAUTH PLAIN ${plain}\r\n`), "250 2.1.0, 503 5.5.1");
    assert.equal(replies(`AUTH PLAIN ${plain}\r\nAUTH PLAIN ${plain}\r\n`), "235 2.7.0, 503 5.5.1");
    assert.deepEqual(talk(`AUTH PLAIN ${plain}\r\nHELO x\r\nAUTH PLAIN ${plain}\r\n`).replies, [
      "503 5.5.1",
      "250",
      "503 5.5.1",
    ]);
  });

  it("refuses credentials without TLS, unless the option allows them", () => {
    const { replies, attempts } = talk(`EHLO x\r\nAUTH PLAIN ${plain}\r\nAUTH LOGIN\r\nNOOP\r\n`, {
      allowPlaintextCredentials: false,
    });
    assert.deepEqual(replies, ["250", "538 5.7.11", "538 5.7.11", "250 2.0.0"]);
    assert.deepEqual(attempts, []);
  });

  it("refuses unknown mechanisms and invalid base64", () => {
    assert.equal(replies("AUTH GSSAPI\r\n"), "504 5.5.4");
    assert.equal(replies("AUTH PLAIN !!!!\r\n"), "501 5.5.2");
    assert.equal(replies("AUTH PLAIN =\r\n"), "501 5.5.2");
    assert.equal(replies("AUTH PLAIN\r\nAGpv*\r\n"), "334, 501 5.5.2");
    assert.equal(replies("AUTH PLAIN abc\r\n"), "501 5.5.2");
  });

  it("refuses an authorization identity of another user, and control characters in names", () => {
    for (const response of [
      "al\0jo\0secret",
      "\0j\r\no\0secret",
      "\0jo\0secret\0",
      "\0\0secret",
      "\0jo\0",
      "\0j\u0000o\0secret",
    ]) {
      const { replies, attempts } = talk(`EHLO x\r\nAUTH PLAIN ${base64(response)}\r\n`);
      assert.deepEqual([replies.at(-1), attempts], ["501 5.5.2", []], JSON.stringify(response));
    }
  });

  it("can be cancelled at each step", () => {
    assert.equal(replies("AUTH LOGIN\r\n*\r\nNOOP\r\n"), "334, 501 5.7.0, 250 2.0.0");
    assert.equal(replies(`AUTH LOGIN\r\n${base64("jo")}\r\n*\r\nNOOP\r\n`), "334, 334, 501 5.7.0, 250 2.0.0");
  });

  it("closes at the third failure, whatever the mechanism", () => {
    const wrong = `AUTH PLAIN ${base64("\0jo\0wrong")}\r\n`;
    const { replies, end } = talk(`EHLO x\r\n${wrong}AUTH PLAIN =\r\n${wrong}${wrong}`);
    assert.deepEqual([replies.slice(1), end], [["535 5.7.8", "501 5.5.2", "421 4.7.0"], "closed"]);
  });

  it("never takes a line of a login for a command", () => {
    assert.equal(replies("AUTH PLAIN\r\nQUIT\r\nNOOP\r\n"), "334, 501 5.5.2, 250 2.0.0");
  });

  it("shows nothing of it to the observer", () => {
    const lines = `AUTH LOGIN ${base64("jo")}\r\n${base64("secret")}\r\n`;
    const { trace } = talk(`EHLO x\r\n${lines}`);
    for (const secret of ["jo", "secret", "Password:"]) assert.ok(!trace.includes(base64(secret)), trace);
    assert.match(trace, /C: AUTH LOGIN \*{4}\n334 \*{4}\r\nC: \*{4}\n235/);
  });
});
