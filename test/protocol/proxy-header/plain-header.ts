import { isIPv4, isIPv6 } from "node:net";
import type { ProxyHeader } from "#src/protocol/proxy-header/proxy-header.js";
import {
  ends,
  ends6,
  noSum,
  rawVersion2,
  SIGNATURE,
  sslTlv,
  summed,
  tlv,
  version1,
  version2,
} from "./headers.js";

/** The header that octets begin with, read as simply as can be; `undefined` if they begin with none. */
export function readHeaderPlainly(octets: Buffer): ProxyHeader | undefined {
  return octets.subarray(0, 12).equals(SIGNATURE) ? plainVersion2(octets) : plainVersion1(octets);
}

function plainVersion1(octets: Buffer): ProxyHeader | undefined {
  const text = octets.toString("latin1", 0, 107);
  const line = /^(PROXY [^\n]*)\r\n/.exec(text)?.[1];
  if (line === undefined) return undefined;
  if (/^PROXY UNKNOWN(?: |$)/s.test(line)) return { client: undefined };
  const [, family, from = "", to = "", fromPort = "", toPort = "", ...more] = line.split(" ");
  const is = family === "TCP4" ? isIPv4 : family === "TCP6" ? isIPv6 : () => false;
  const ports = [fromPort, toPort].map(Number);
  const sound =
    more.length === 0 &&
    is(from) &&
    is(to) &&
    !/%/.test(from + to) &&
    [fromPort, toPort].every((port, index) => port === String(ports[index])) &&
    ports.every((port) => Number.isInteger(port) && port >= 0 && port <= 65_535);
  if (!sound) return undefined;
  const [source, destination] = [from, to].map((address, index) => ({
    address: plainAddress(address),
    port: ports[index] ?? 0,
  }));
  return source && destination && { client: { source, destination, tlvs: [], tls: undefined } };
}

function plainAddress(address: string): string {
  if (isIPv4(address)) return address;
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [, high = "", low = ""] = /^::ffff:([\da-f]+):([\da-f]+)$/.exec(canonical) ?? [];
  if (high === "") return canonical;
  const [first, second] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [first >> 8, first & 255, second >> 8, second & 255].join(".");
}

function plainVersion2(octets: Buffer): ProxyHeader | undefined {
  if (octets.length < 16) return undefined;
  const length = octets.readUInt16BE(14);
  const [command = 0, kind = 0] = [octets[12], octets[13]];
  if ((command !== 0x20 && command !== 0x21) || length > 4080 || octets.length < 16 + length)
    return undefined;
  const [family, protocol] = [kind >> 4, kind & 15];
  const size = [0, 12, 36, 216][family];
  if (command === 0x21 && (size === undefined || protocol > 2 || length < size)) return undefined;
  const tlvs: { type: number; value: Buffer }[] = [];
  const begins: number[] = [];
  let at = 16 + (size ?? 0);
  while (at + 3 <= 16 + length && at + 3 + octets.readUInt16BE(at + 1) <= 16 + length) {
    const end = at + 3 + octets.readUInt16BE(at + 1);
    tlvs.push({ type: octets[at] ?? 0, value: octets.subarray(at + 3, end) });
    begins.push(at);
    at = end;
  }
  const twice = [0x03, 0x20].some((type) => tlvs.filter((each) => each.type === type).length > 1);
  const whole = size !== undefined && at === Math.max(16 + length, 16 + size) && !twice;
  const sum = tlvs.findIndex(({ type }) => type === 0x03);
  if (whole && sum !== -1) {
    const value = tlvs[sum]?.value ?? octets;
    if (value.length !== 4) return undefined;
    const zeroed = Buffer.from(octets.subarray(0, 16 + length));
    zeroed.fill(0, (begins[sum] ?? 0) + 3, (begins[sum] ?? 0) + 7);
    if (value.readUInt32BE(0) !== plainSum(zeroed)) return undefined;
  }
  if (command === 0x20 || protocol !== 1 || (family !== 1 && family !== 2)) return { client: undefined };
  const tls = plainTls(tlvs);
  if (!whole || tls === "malformed") return undefined;
  const width = family === 1 ? 4 : 16;
  const endpoint = (index: number) => ({
    address: plainIp(octets.subarray(16 + index * width, 16 + (index + 1) * width)),
    port: octets.readUInt16BE(16 + 2 * width + 2 * index),
  });
  return { client: { source: endpoint(0), destination: endpoint(1), tlvs, tls } };
}

function plainIp(octets: Buffer): string {
  if (octets.length === 4) return octets.join(".");
  return plainAddress(octets.toString("hex").replace(/(.{4})(?!$)/g, "$1:"));
}

/** CRC-32C, bit by bit. */
function plainSum(octets: Buffer): number {
  let crc = 0xffff_ffff;
  for (const octet of octets) {
    crc ^= octet;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1 ? (crc >>> 1) ^ 0x82f6_3b78 : crc >>> 1) >>> 0;
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}

type PlainTlv = { readonly type: number; readonly value: Buffer };

function plainTls(tlvs: readonly PlainTlv[]) {
  const ssl = tlvs.find(({ type }) => type === 0x20)?.value;
  if (ssl === undefined) return undefined;
  if (ssl.length < 5) return "malformed";
  const inner: PlainTlv[] = [];
  let at = 5;
  while (at + 3 <= ssl.length && at + 3 + ssl.readUInt16BE(at + 1) <= ssl.length) {
    const end = at + 3 + ssl.readUInt16BE(at + 1);
    inner.push({ type: ssl[at] ?? 0, value: ssl.subarray(at + 3, end) });
    at = end;
  }
  if (at !== ssl.length) return "malformed";
  if ([0x03, 0x20].some((type) => inner.filter((each) => each.type === type).length > 1)) return "malformed";
  if (((ssl[0] ?? 0) & 1) === 0) return undefined;
  const text = (from: readonly PlainTlv[], type: number, pattern: RegExp, encoding: "latin1" | "utf8") => {
    const found = from.find((each) => each.type === type)?.value.toString(encoding);
    return found !== undefined && pattern.test(found) ? found : undefined;
  };
  const word = /^[A-Za-z0-9_.+:-]{1,255}$/;
  return {
    protocol: text(inner, 0x21, word, "latin1"),
    cipher: text(inner, 0x23, word, "latin1"),
    servername: text(tlvs, 0x02, word, "latin1"),
    commonName: text(inner, 0x22, /^[^\p{Cc}\ufffd]+$/u, "utf8"),
    verified: ((ssl[0] ?? 0) & 6) !== 0 && ssl.readUInt32BE(1) === 0,
  };
}

/** Headers, and parts of them. */
export const proxyWords: readonly Buffer[] = [
  version1(),
  version1(ends6),
  Buffer.from("PROXY UNKNOWN\r\n"),
  Buffer.from("PROXY TCP6 ::ffff:192.0.2.1 ::1 65535 0\r\n"),
  version2(),
  version2(ends6, tlv(0x04, "abc"), tlv(0x02, "mx.y.test")),
  version2(ends, sslTlv(7, 0, tlv(0x21, "TLSv1.3"), tlv(0x23, "AES128-SHA"), tlv(0x22, "jo"))),
  summed(version2(ends, tlv(0x05, "id"), noSum)),
  rawVersion2(0x20, 0, Buffer.alloc(0)),
  rawVersion2(0x21, 0x31, Buffer.alloc(216)),
  Buffer.from("PROXY "),
  SIGNATURE,
  Buffer.from([0x21, 0x11, 0, 12]),
];
