import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseXclient, type XclientAttributes } from "#src/protocol/client-attributes/xclient.js";
import { parseXforward, type XforwardAttributes } from "#src/protocol/client-attributes/xforward.js";
import { formatCommand, parseCommand } from "#src/protocol/command.js";
import { Reply } from "#src/protocol/reply.js";
import { fc } from "../../property.ts";

describe("XCLIENT", () => {
  it("reads each attribute, with its name in any case", () => {
    assert.deepEqual(
      parseXclient(
        "Name=mx.x.test addr=192.0.2.7 PORT=25 proto=esmtp HELO=[192.0.2.7] LOGIN=jo+20x destaddr=IPV6:2001:DB8::1 DESTPORT=0",
      ),
      {
        NAME: "mx.x.test",
        ADDR: "192.0.2.7",
        PORT: 25,
        PROTO: "ESMTP",
        HELO: "[192.0.2.7]",
        LOGIN: "jo x",
        DESTADDR: "2001:db8::1",
        DESTPORT: 0,
      },
    );
  });

  it("takes IPv6 with and without its prefix, and IPv4 inside it as IPv4", () => {
    const addresses: Readonly<Record<string, string>> = {
      "IPV6:2001:db8::1": "2001:db8::1",
      "ipv6:2001:DB8:0::1": "2001:db8::1",
      "2001:db8::1": "2001:db8::1",
      "IPV6:::ffff:192.0.2.7": "192.0.2.7",
      "::ffff:192.0.2.7": "192.0.2.7",
    };
    for (const [text, ADDR] of Object.entries(addresses))
      assert.deepEqual(parseXclient(`ADDR=${text}`), { ADDR });
  });

  it("writes the prefix of IPv6 for both addresses, and what the proxy does not know in its word", () => {
    const attributes = { ADDR: "2001:db8::1", NAME: null, DESTADDR: "2001:db8::2", HELO: "a:b" };
    assert.equal(
      formatCommand({ verb: "XCLIENT", attributes }),
      "XCLIENT ADDR=IPV6:2001:db8::1 NAME=[UNAVAILABLE] DESTADDR=IPV6:2001:db8::2 HELO=a:b\r\n",
    );
  });

  it("reads what the proxy does not know as null", () => {
    for (const word of ["[UNAVAILABLE]", "[unavailable]", "[TEMPUNAVAIL]", "[TempUnavail]"])
      for (const name of ["NAME", "ADDR", "PORT", "PROTO", "HELO", "LOGIN", "DESTADDR", "DESTPORT"])
        assert.deepEqual(parseXclient(`${name}=${word}`), { [name]: null });
  });

  it("refuses what is not valid with 501", () => {
    for (const argument of [
      "",
      "ADDR",
      "ADDR=",
      "=x",
      "ADDR 192.0.2.1",
      "ADDR=192.0.2.1 ADDR=192.0.2.1",
      "ADDR=192.0.2.1 addr=[UNAVAILABLE]",
      "ADDR=[192.0.2.1]",
      "ADDR=[IPv6:2001:db8::1]",
      "ADDR=192.0.2",
      "ADDR=192.0.2.01",
      "ADDR=IPV6:192.0.2.1",
      "ADDR=fe80::1%eth0",
      "ADDR=localhost",
      "ADDR=192.0.2.1/32",
      "ADDR=192.0.2.1\tNAME=x",
      "PORT=65536",
      "PORT=-1",
      "PORT=1e3",
      "PORT=smtp",
      "PROTO=HTTP",
      "NAME=a+0D+0Ab",
      "NAME=a+00b",
      "NAME=a+20b",
      "NAME=a+0db",
      "NAME=a+2",
      "NAME=a=b",
      "NAME=ä.test",
      "NAME=<mx>",
      "NAME=[192.0.2.1]",
      `NAME=${"a".repeat(256)}`,
      "HELO=a+20b",
      "HELO=(x)",
      "LOGIN=a+0Ab",
      "LOGIN=+FF",
      `LOGIN=${"a".repeat(256)}`,
      "SESSION=x",
      "constructor=x",
      "__proto__=x",
    ]) {
      const refused = parseXclient(argument);
      assert.ok(refused instanceof Reply, argument);
      assert.match(String(refused), /^501 5\.5\.4 /);
    }
  });

  it("takes values of up to 255 characters", () => {
    const LOGIN = "ö".repeat(255);
    assert.deepEqual(parseXclient(`LOGIN=${"+C3+B6".repeat(255)}`), { LOGIN });
  });

  it("is read back as it was written", () => {
    fc.assert(
      fc.property(xclient, (attributes) => {
        const line = formatCommand({ verb: "XCLIENT", attributes });
        assert.deepEqual(parseCommand(line.trimEnd(), context), { verb: "XCLIENT", attributes });
      }),
    );
  });
});

describe("XFORWARD", () => {
  it("reads each attribute, also of a client that is not on the Internet", () => {
    assert.deepEqual(
      parseXforward(
        "NAME=host ADDR=IPV6:2001:DB8::1 PORT=1 PROTO=QMQP HELO=[IPv6:::1] IDENT=4bQ? SOURCE=remote",
      ),
      {
        NAME: "host",
        ADDR: "2001:db8::1",
        PORT: 1,
        PROTO: "QMQP",
        HELO: "[IPv6:::1]",
        IDENT: "4bQ?",
        SOURCE: "REMOTE",
      },
    );
    assert.deepEqual(parseXforward("ADDR=serial-line-3"), { ADDR: "serial-line-3" });
  });

  it("refuses what is not valid with 501", () => {
    for (const argument of [
      "",
      "NAME=",
      "NAME=a+20b",
      "NAME=a+0Ab",
      "NAME=(x)",
      "HELO=<x>",
      "IDENT=a+22b",
      "HELO=+C3+B6",
      "PORT=65536",
      "SOURCE=HERE",
      `PROTO=${"a".repeat(65)}`,
      `NAME=${"a".repeat(256)}`,
      "LOGIN=jo",
      "DESTADDR=192.0.2.1",
      "ADDR=192.0.2.1 ADDR=192.0.2.1",
    ])
      assert.match(String(parseXforward(argument)), /^501 5\.5\.4 /, argument);
  });

  it("is read back as it was written", () => {
    fc.assert(
      fc.property(xforward, (attributes) => {
        const line = formatCommand({ verb: "XFORWARD", attributes });
        assert.deepEqual(parseCommand(line.trimEnd(), context), { verb: "XFORWARD", attributes });
      }),
    );
  });
});

const context = { offers: () => true, smtpUtf8: false, lenient: false };

const port = fc.option(fc.nat(65_535));
const address = fc.option(
  fc.oneof(
    fc.ipV4(),
    fc.ipV6().map((ip) => new URL(`http://[${ip}]`).hostname.slice(1, -1).replace(/^::ffff:/, "::fffe:")),
  ),
);
const name = fc.option(fc.stringMatching(/^[\w.-]{1,40}$/));
const plain = fc.option(fc.stringMatching(/^[\w.+=?!-]{1,40}$/));

/** Some of the attributes, at least one. */
function some<T extends object>(values: { [K in keyof T]-?: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc
    .record(values, { requiredKeys: [], noNullPrototype: true })
    .filter((attributes) => Object.keys(attributes).length > 0) as fc.Arbitrary<T>;
}

const xclient = some<XclientAttributes>({
  NAME: name,
  ADDR: address,
  PORT: port,
  PROTO: fc.constantFrom("SMTP", "ESMTP", "LMTP", null),
  HELO: name,
  LOGIN: fc.option(fc.stringMatching(/^[^\p{C}\ufffd]{1,40}$/u)),
  DESTADDR: address,
  DESTPORT: port,
});

const xforward = some<XforwardAttributes>({
  NAME: plain,
  ADDR: fc.oneof(address, plain),
  PORT: port,
  PROTO: plain,
  HELO: plain,
  IDENT: plain,
  SOURCE: fc.constantFrom("LOCAL", "REMOTE", null),
});
