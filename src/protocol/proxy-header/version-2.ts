import { ipText } from "../../text/ip-address.ts";
import { crc32c } from "./crc32c.ts";
import type { HeaderEnd, ParsedProxyHeader } from "./proxy-header.ts";
import { CRC32C, type ProxyTlv, readProxyTls, readTlvs } from "./proxy-tlvs.ts";

/** The longest header of version 2 that is accepted. The format allows 65,551 octets. */
export const LONGEST_VERSION_2 = 4096;

/** The first octet of a header of version 2. */
export const VERSION_2_BEGINS = 0x0d;

/** Finds the end of a header of version 2 at the beginning of `octets`, as soon as they say it. */
export function endOfVersion2(octets: Buffer): HeaderEnd {
  const begun = Math.min(octets.length, SIGNATURE.length);
  if (octets.compare(SIGNATURE, 0, begun, 0, begun) !== 0) return { problem: "proxy-missing" };
  const command = octets[12];
  if (command !== undefined && command !== LOCAL && command !== PROXY) return { problem: "proxy-version" };
  if (octets.length < FIXED) return undefined;
  const end = FIXED + octets.readUInt16BE(14);
  return end > LONGEST_VERSION_2 ? { problem: "proxy-too-long" } : { end };
}

/** Reads a whole header of version 2. */
export function parseVersion2(octets: Buffer): ParsedProxyHeader {
  const [family, protocol] = [(octets[13] as number) >> 4, (octets[13] as number) & 15];
  const size = ADDRESSES[family];
  const proxied = octets[12] === PROXY;
  if (proxied && (size === undefined || protocol > DATAGRAM)) return { problem: "proxy-version" };
  const block = octets.subarray(FIXED);
  if (proxied && block.length < (size ?? 0)) return { problem: "proxy-malformed" };
  // In memory of its own, because an application may keep the values.
  const tlvs = readTlvs(copied(block.subarray(size)));
  if (tlvs !== undefined && !intact(octets, tlvs)) return { problem: "proxy-checksum" };
  // A receiver treats what it does not support like UNSPEC; what such a header holds is ignored.
  const width = protocol === STREAM ? WIDTHS[family] : undefined;
  if (!proxied || width === undefined) return { client: undefined };
  const tls = tlvs === undefined ? "malformed" : readProxyTls(tlvs);
  if (tlvs === undefined || tls === "malformed") return { problem: "proxy-malformed" };
  const source = { address: ipText(block.subarray(0, width)), port: block.readUInt16BE(2 * width) };
  const destination = {
    address: ipText(block.subarray(width, 2 * width)),
    port: block.readUInt16BE(2 * width + 2),
  };
  return { client: { source, destination, tlvs, tls } };
}

const SIGNATURE = Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1");
const FIXED = 16;
const LOCAL = 0x20;
const PROXY = 0x21;
const STREAM = 1;
const DATAGRAM = 2;

/** How many octets the addresses of a family take: UNSPEC, IPv4, IPv6, Unix sockets. */
const ADDRESSES: readonly number[] = [0, 12, 36, 216];

/** How many octets an IP address of a family has. */
const WIDTHS: readonly (number | undefined)[] = [undefined, 4, 16];

function copied(octets: Buffer): Buffer {
  if (octets.length === 0) return octets;
  const copy = Buffer.allocUnsafeSlow(octets.length);
  octets.copy(copy);
  return copy;
}

/** Whether the checksum is right, if there is one. It counts as zero while it is computed. */
function intact(octets: Buffer, tlvs: readonly ProxyTlv[]): boolean {
  let end = octets.length;
  for (const { type, value } of tlvs.toReversed()) {
    if (type === CRC32C) {
      if (value.length !== 4) return false;
      return crc32c(Buffer.from(octets).fill(0, end - 4, end)) === value.readUInt32BE(0);
    }
    end -= 3 + value.length;
  }
  return true;
}
