import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ProxyHeaderRead, ProxyHeaderReader } from "#src/protocol/proxy-header/proxy-header-reader.js";
import { fc } from "../../property.ts";
import {
  type Ends,
  ends,
  ends6,
  noSum,
  rawVersion2,
  sslTlv,
  summed,
  tlv,
  version1,
  version2,
} from "./headers.js";

describe("ProxyHeaderReader: version 1", () => {
  it("reads addresses and ports of IPv4 and IPv6", () => {
    for (const pair of [ends, ends6])
      assert.deepEqual(client(version1(pair)), { ...pair, tlvs: [], tls: undefined });
  });

  it("writes each address in one way", () => {
    const header = "PROXY TCP6 ::FFFF:203.0.113.9 2001:DB8:0:0::25 0 25\r\n";
    const { source, destination } = client(header) ?? {};
    assert.deepEqual(
      [source, destination],
      [
        { address: "203.0.113.9", port: 0 },
        { address: "2001:db8::25", port: 25 },
      ],
    );
  });

  it("names no client for UNKNOWN, whatever follows", () => {
    for (const header of ["PROXY UNKNOWN\r\n", "PROXY UNKNOWN ffff::1 nonsense \0\xff\r\n"])
      assert.deepEqual(read(Buffer.from(header, "latin1")), { client: undefined });
  });

  it("takes a line of 107 octets, and not one of 108", () => {
    const longest = `PROXY UNKNOWN${" ".repeat(107 - 15)}\r\n`;
    assert.equal(longest.length, 107);
    assert.deepEqual(read(longest), { client: undefined });
    assert.match(problem(longest.replace(" ", "  ")), /too-long/);
    assert.match(problem("PROXY ".padEnd(200)), /too-long/);
  });

  it("refuses other forms", () => {
    const [good = ""] = version1().toString().split("\r\n");
    for (const line of [
      "EHLO x.test",
      "PROXY",
      "PROXY ",
      "PROXY\tTCP4 203.0.113.9 192.0.2.25 1 25",
      "proxy TCP4 203.0.113.9 192.0.2.25 1 25",
      good.replace("TCP4", "tcp4"),
      good.replace("TCP4", "TCP6"),
      good.replace("TCP4", "UDP4"),
      good.replace("TCP4", "TCP"),
      good.replace(" TCP4", "  TCP4"),
      ` ${good}`,
      `${good} `,
      `${good} x`,
      good.replace(/ \d+$/, ""),
      good.replace("203.0.113.9", "203.0.113.09"),
      good.replace("203.0.113.9", "203.0.113"),
      good.replace("203.0.113.9", "203.0.113.256"),
      good.replace("203.0.113.9", "0xcb.0.113.9"),
      good.replace("203.0.113.9", "2001:db8::9"),
      good.replace("203.0.113.9", "203.0.113.9\0"),
      good.replace("192.0.2.25", "192.0.2.25/32"),
      good.replace("56324", "056324"),
      good.replace("56324", "65536"),
      good.replace("56324", "-1"),
      good.replace("56324", "+1"),
      good.replace("56324", "1e3"),
      good.replace("56324", ""),
      "PROXY TCP6 fe80::1%eth0 2001:db8::25 1 25",
      "PROXY TCP6 [2001:db8::9] 2001:db8::25 1 25",
      "PROXY TCP6 2001:db8::9 192.0.2.25 1 25",
      "PROXY TCP6 1::2::3 2001:db8::25 1 25",
    ])
      problem(`${line}\r\n`);
  });

  it("refuses a line that does not end with CRLF", () => {
    problem("PROXY UNKNOWN\n");
    problem(version1().toString().replace("\r\n", "\n"));
    problem(version1().toString().replace("\r\n", "\rx\n"));
  });
});

describe("ProxyHeaderReader: version 2", () => {
  it("reads addresses and ports of IPv4 and IPv6", () => {
    for (const pair of [ends, ends6])
      assert.deepEqual(client(version2(pair)), { ...pair, tlvs: [], tls: undefined });
  });

  it("gives an IPv4 address inside IPv6 as IPv4", () => {
    const mapped = { ...ends6, source: { address: "::ffff:203.0.113.9", port: 7 } };
    assert.deepEqual(client(version2(mapped))?.source, { address: "203.0.113.9", port: 7 });
  });

  it("reads the TLVs in their order, known or not", () => {
    const header = version2(ends, tlv(0xee, "x"), tlv(0x04, ""), tlv(0xee, Buffer.from([0, 255])));
    assert.deepEqual(client(header)?.tlvs, [
      { type: 0xee, value: Buffer.from("x") },
      { type: 0x04, value: Buffer.alloc(0) },
      { type: 0xee, value: Buffer.from([0, 255]) },
    ]);
  });

  it("reads what the TLVs say about TLS", () => {
    const inner = [tlv(0x21, "TLSv1.3"), tlv(0x23, "TLS_AES_128_GCM_SHA256"), tlv(0x22, "Jö Client")];
    const header = version2(ends, tlv(0x02, "mx.y.test"), sslTlv(0x05, 0, ...inner));
    assert.deepEqual(client(header)?.tls, {
      protocol: "TLSv1.3",
      cipher: "TLS_AES_128_GCM_SHA256",
      servername: "mx.y.test",
      commonName: "Jö Client",
      verified: true,
    });
    const tls = (flags: number, verify: number) => client(version2(ends, sslTlv(flags, verify)))?.tls;
    assert.equal(tls(0, 0), undefined);
    assert.equal(tls(6, 0), undefined);
    assert.equal(tls(1, 0)?.verified, false);
    assert.equal(tls(3, 0)?.verified, true);
    assert.equal(tls(3, 1)?.verified, false);
  });

  it("leaves out names that could not stand in a header field", () => {
    const inner = [tlv(0x21, "TLS\r\nX: y"), tlv(0x23, "a b"), tlv(0x22, "a\nb")];
    const header = version2(ends, tlv(0x02, "a)b"), sslTlv(1, 0, ...inner));
    const { protocol, cipher, servername, commonName } = client(header)?.tls ?? {};
    assert.deepEqual(
      [protocol, cipher, servername, commonName],
      [undefined, undefined, undefined, undefined],
    );
  });

  it("names no client for LOCAL, UNSPEC, Unix sockets and UDP", () => {
    const addresses = version2().subarray(16);
    for (const header of [
      rawVersion2(0x20, 0, Buffer.alloc(0)),
      rawVersion2(0x20, 0x11, addresses),
      rawVersion2(0x20, 0x11, Buffer.alloc(3)),
      rawVersion2(0x20, 0xff, Buffer.from("anything")),
      rawVersion2(0x21, 0x00, Buffer.from("anything")),
      rawVersion2(0x21, 0x01, Buffer.alloc(0)),
      rawVersion2(0x21, 0x10, addresses),
      rawVersion2(0x21, 0x12, addresses),
      rawVersion2(0x21, 0x31, Buffer.alloc(216)),
      rawVersion2(0x21, 0x32, Buffer.alloc(230)),
    ])
      assert.deepEqual(read(header), { client: undefined });
  });

  it("refuses other versions, commands, families and protocols", () => {
    const addresses = version2().subarray(16);
    for (const command of [0x00, 0x01, 0x11, 0x22, 0x2f, 0x31, 0xff])
      problem(rawVersion2(command, 0x11, addresses));
    for (const family of [0x13, 0x1f, 0x41, 0x40, 0xf1]) problem(rawVersion2(0x21, family, addresses));
  });

  it("refuses an address block that is too short for its family", () => {
    const lengths: readonly [number, number][] = [
      [0x11, 11],
      [0x12, 11],
      [0x21, 35],
      [0x31, 215],
      [0x11, 0],
    ];
    for (const [family, length] of lengths) problem(rawVersion2(0x21, family, Buffer.alloc(length)));
  });

  it("refuses TLVs that are not whole, and SSL or a checksum twice", () => {
    for (const tail of [
      Buffer.from([0xee]),
      Buffer.from([0xee, 0]),
      Buffer.from([0xee, 0, 1]),
      tlv(0x20, Buffer.alloc(4)),
      sslTlv(1, 0, Buffer.from([0x21, 0, 9, 0x41])),
      Buffer.concat([sslTlv(0, 0), sslTlv(1, 0)]),
      Buffer.concat([noSum, noSum]),
    ])
      problem(version2(ends, tail));
  });

  it("checks the checksum, wherever it is and also without a client", () => {
    const local = rawVersion2(0x20, 0, noSum);
    for (const header of [version2(ends, noSum), version2(ends6, tlv(0x05, "id"), noSum), local]) {
      assert.ok("client" in (read(summed(header)) as object));
      assert.match(problem(header), /checksum/);
      // What is not a whole TLV behind LOCAL is ignored.
      for (let at = header === local ? header.length - 4 : 16; at < header.length; at++) {
        // Another type is no checksum.
        if (at === header.length - 7) continue;
        const wrong = summed(header);
        wrong[at] = (wrong[at] as number) ^ 1;
        problem(wrong);
      }
    }
    problem(version2(ends, tlv(0x03, "abc")));
    problem(version2(ends, tlv(0x03, "")));
  });

  it("takes 4,096 octets, and not one more", () => {
    const full = (length: number) => version2(ends, tlv(0xee, Buffer.alloc(length - 16 - 12 - 3)));
    assert.equal(full(4096).length, 4096);
    assert.equal(client(full(4096))?.tlvs.length, 1);
    assert.match(problem(full(4097)), /too-long/);
    assert.match(problem(rawVersion2(0x20, 0, Buffer.alloc(0), 65_535)), /too-long/);
  });
});

describe("ProxyHeaderReader", () => {
  it("asks for more until the header is whole, and keeps none of what follows", () => {
    for (const header of [
      version1(),
      version1(ends6),
      version2(),
      version2(ends6, tlv(0xee, "x")),
      summed(version2(ends, noSum)),
    ]) {
      for (let length = 1; length < header.length; length++)
        assert.equal(new ProxyHeaderReader().push(header.subarray(0, length)), undefined);
      const found = new ProxyHeaderReader().push(Buffer.concat([header, Buffer.from("EHLO x\r\n")]));
      assert.equal(found?.problem === undefined && String(found?.rest), "EHLO x\r\n");
    }
  });

  it("refuses at the first octet that is wrong", () => {
    for (const header of [version1(), version2()]) {
      for (let at = 0; at < 6; at++) {
        const wrong = Buffer.concat([header.subarray(0, at), Buffer.from("~")]);
        assert.equal(problem(wrong), "proxy-missing");
      }
    }
    for (const begin of ["\x16\x03\x01", "EHLO x\r\n", "\n", "\r\nE", "GET / HTTP/1.1\r\n", "\0"])
      problem(begin);
  });

  it("reads back whatever a proxy writes", () => {
    const endpoint = (ip: fc.Arbitrary<string>) =>
      fc.tuple(ip, fc.nat(65_535)).map(([address, port]) => ({ address, port }));
    const pairs = (ip: fc.Arbitrary<string>) =>
      fc.tuple(endpoint(ip), endpoint(ip)).map(([source, destination]) => ({ source, destination }));
    const written = fc.oneof(pairs(fc.ipV4()), pairs(fc.ipV6().map((ip) => plain(ip))));
    const tlvs = fc.array(fc.tuple(fc.integer({ min: 0x30, max: 0xff }), fc.uint8Array({ maxLength: 40 })), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(written, tlvs, fc.uint8Array(), (pair: Ends, values, rest) => {
        assert.deepEqual(client(version1(pair)), { ...pair, tlvs: [], tls: undefined });
        const header = version2(pair, ...values.map(([type, value]) => tlv(type, Buffer.from(value))));
        assert.deepEqual(client(header), {
          ...pair,
          tlvs: values.map(([type, value]) => ({ type, value: Buffer.from(value) })),
          tls: undefined,
        });
        const found = new ProxyHeaderReader().push(Buffer.concat([header, rest]));
        assert.deepEqual(found?.problem === undefined && found?.rest, Buffer.from(rest));
      }),
    );
  });

  it("takes time in proportion to what comes, octet by octet too", () => {
    const header = version2(ends, tlv(0xee, Buffer.alloc(4000)));
    const reader = new ProxyHeaderReader();
    let found: ProxyHeaderRead | undefined;
    for (const octet of header) found = reader.push(Buffer.from([octet]));
    assert.equal(found?.header?.client?.tlvs.length, 1);
  });
});

/** An IPv6 address in the text that the reader gives, without IPv4 inside. */
function plain(ip: string): string {
  return new URL(`http://[${ip}]`).hostname.slice(1, -1).replace(/^::ffff:/, "::fffe:");
}

/** What comes of octets, whole, cut in two at every place, and octet by octet: always the same. */
function read(text: string | Buffer) {
  const octets = Buffer.from(text);
  const whole = play([octets]);
  for (let cut = 0; cut <= octets.length; cut += octets.length > 1000 ? 97 : 1)
    assert.deepEqual(play([octets.subarray(0, cut), octets.subarray(cut)]), whole, `cut at ${cut}`);
  assert.deepEqual(play(Array.from(octets, (octet) => Buffer.from([octet]))), whole, "octet by octet");
  return whole;
}

function play(pieces: readonly Buffer[]) {
  const reader = new ProxyHeaderReader();
  for (const piece of pieces) {
    const found = reader.push(piece);
    if (found !== undefined) return found.header ?? found;
  }
  return undefined;
}

function client(text: string | Buffer) {
  const header = read(text);
  assert.ok(header !== undefined && "client" in header, `a header: ${JSON.stringify(text.toString())}`);
  return header.client;
}

function problem(text: string | Buffer): string {
  const found = read(text);
  assert.ok(found !== undefined && "problem" in found, `refused: ${JSON.stringify(text.toString())}`);
  return found.problem;
}
