import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseAuthorizedImapUrl, parseImapServer } from "#src/protocol/imap-url.js";
import { cpuTime } from "../cpu-time.js";

const token = "91354a473744909de610943775f92038";
const message = "imap://harry@imap.y.test/outbox;uidvalidity=1078863300/;uid=25";
const authorized = `${message};urlauth=submit+harry:internal:${token}`;

describe("parseAuthorizedImapUrl", () => {
  it("reads what RFC 4468 and RFC 4467 show", () => {
    const harry = { by: "submit", user: "harry" };
    assert.deepEqual(parseAuthorizedImapUrl(authorized), { server: "imap.y.test:143", access: harry });
    const part = `imap://joe@example.com/INBOX/;uid=20/;section=1.2;urlauth=submit+fred:internal:${token}`;
    assert.deepEqual(parseAuthorizedImapUrl(part)?.access, { by: "submit", user: "fred" });
  });

  it("reads all parts that RFC 5092 allows, in any case", () => {
    const cases: readonly (readonly [url: string, server: string])[] = [
      [`IMAP://IMAP.y.test:993/a/b%20c;UIDVALIDITY=1/;UID=2`, "imap.y.test:993"],
      [`imap://jo;AUTH=*@[2001:DB8:0::1]:1143/INBOX/;UID=9`, "[2001:db8::1]:1143"],
      [`imap://;auth=PLAIN@192.0.2.1/INBOX/;uid=1/;SECTION=1.2.HEADER/;PARTIAL=0.1024`, "192.0.2.1:143"],
      ["imap://jo%40x.test@imap.y.test/~peter/a=b&c:d@e/;uid=1/;partial=5", "imap.y.test:143"],
      ["imap://imap.y.test/a/;uid=1;EXPIRE=2030-01-01T00:00:00.5+01:00", "imap.y.test:143"],
    ];
    for (const [url, server] of cases)
      assert.equal(parseAuthorizedImapUrl(`${url};URLAUTH=submit+jo:INTERNAL:${token}`)?.server, server, url);
  });

  it("decodes the user as UTF-8, and reads who else may fetch", () => {
    const access = (text: string) =>
      parseAuthorizedImapUrl(`${message};urlauth=${text}:x-own.1:${token}`)?.access;
    assert.deepEqual(access("submit+j%C3%B6%40x.test"), { by: "submit", user: "jö@x.test" });
    assert.deepEqual(access("SUBMIT+a+b=c&d"), { by: "submit", user: "a+b=c&d" });
    assert.deepEqual(access("user+jo"), { by: "user", user: "jo" });
    assert.deepEqual(access("authuser"), { by: "authuser" });
    assert.deepEqual(access("Anonymous"), { by: "anonymous" });
    for (const wrong of ["submit", "submit+", "submit+%ff", "submit+a%0d%0ab", "submit+a%00", "root+a", ""])
      assert.equal(access(wrong), undefined, wrong);
  });

  it("refuses anything else", () => {
    for (const url of [
      message,
      `${message};urlauth=submit+harry`,
      `${message};urlauth=submit+harry:internal`,
      authorized.slice(0, -1),
      `${authorized}g`,
      `${authorized} `,
      `${authorized}/;uid=1`,
      authorized.replace("imap:", "imaps:"),
      authorized.replace("imap:", "http:"),
      authorized.replace("/;uid=25", ""),
      authorized.replace("uid=25", "uid=0"),
      authorized.replace("1078863300", "x"),
      authorized.replace("imap.y.test", "evil.test\\@imap.y.test"),
      authorized.replace("imap.y.test", "imap.y.test@evil.test"),
      authorized.replace("imap.y.test", "imap.y.test:0"),
      authorized.replace("imap.y.test", "imap.y.test:65536"),
      authorized.replace("imap.y.test", "imap%2ey.test"),
      authorized.replace("imap.y.test", "[::g]"),
      authorized.replace("imap.y.test", ""),
      authorized.replace("outbox", ""),
      authorized.replace("outbox", "out box"),
      authorized.replace("outbox", "out%zzbox"),
      authorized.replace("outbox", "outbox?subject"),
      authorized.replace("outbox", "outb\u00f6x"),
      `${message};expire=tomorrow;urlauth=submit+harry:internal:${token}`,
    ])
      assert.equal(parseAuthorizedImapUrl(url), undefined, url);
  });

  it("takes linear time", () => {
    const spent = cpuTime();
    for (const part of ["a", "a-", "%41", "/;uid=1", ";AUTH=*", "a.", "1:"])
      for (const head of ["imap://", "imap://x/", `${message};urlauth=`, `${message};urlauth=submit+a:`])
        parseAuthorizedImapUrl(head + part.repeat(12_000 / part.length));
    assert.ok(spent() < 1000);
  });
});

describe("parseImapServer", () => {
  it("reads a name or an address, and a port", () => {
    assert.equal(parseImapServer("IMAP.y.test"), "imap.y.test:143");
    assert.equal(parseImapServer("[2001:db8:0::1]:993"), "[2001:db8::1]:993");
    for (const wrong of ["", "imap://y.test", "y.test/", "y.test:", "y.test:x", "a b", "2001:db8::1", "-a"])
      assert.equal(parseImapServer(wrong), undefined, wrong);
  });
});
