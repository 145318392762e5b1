import { isIPv4 } from "node:net";
import { crc32c } from "#src/protocol/proxy-header/crc32c.js";

/** The addresses in a header. */
export interface Ends {
  readonly source: { readonly address: string; readonly port: number };
  readonly destination: { readonly address: string; readonly port: number };
}

export const ends: Ends = {
  source: { address: "203.0.113.9", port: 56_324 },
  destination: { address: "192.0.2.25", port: 25 },
};

export const ends6: Ends = {
  source: { address: "2001:db8::9", port: 1 },
  destination: { address: "2001:db8::25", port: 65_535 },
};

/** A header of version 1. */
export function version1({ source, destination }: Ends = ends): Buffer {
  const family = isIPv4(source.address) ? "TCP4" : "TCP6";
  return Buffer.from(
    `PROXY ${family} ${source.address} ${destination.address} ${source.port} ${destination.port}\r\n`,
  );
}

export const SIGNATURE: Buffer = Buffer.from([
  0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a,
]);

/** A header of version 2, from the octets of its parts. */
export function rawVersion2(command: number, family: number, block: Buffer, length = block.length): Buffer {
  const fixed = Buffer.from([command, family, length >> 8, length & 255]);
  return Buffer.concat([SIGNATURE, fixed, block]);
}

/** A header of version 2. */
export function version2({ source, destination }: Ends = ends, ...tlvs: readonly Buffer[]): Buffer {
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(source.port, 0);
  ports.writeUInt16BE(destination.port, 2);
  const addresses = [octetsOf(source.address), octetsOf(destination.address), ports];
  return rawVersion2(0x21, isIPv4(source.address) ? 0x11 : 0x21, Buffer.concat([...addresses, ...tlvs]));
}

/** A TLV. */
export function tlv(type: number, value: string | Buffer): Buffer {
  const octets = Buffer.from(value);
  return Buffer.concat([Buffer.from([type, octets.length >> 8, octets.length & 255]), octets]);
}

/** The TLV about the client's TLS connection. */
export function sslTlv(flags: number, verify: number, ...inner: readonly Buffer[]): Buffer {
  const begin = Buffer.alloc(5);
  begin[0] = flags;
  begin.writeUInt32BE(verify, 1);
  return tlv(0x20, Buffer.concat([begin, ...inner]));
}

/** A TLV for the checksum, which `summed` fills in. */
export const noSum: Buffer = tlv(0x03, Buffer.alloc(4));

/** The header with the right checksum in its last TLV, which must be `noSum`. */
export function summed(header: Buffer): Buffer {
  const copy = Buffer.from(header);
  copy.writeUInt32BE(crc32c(header), header.length - 4);
  return copy;
}

function octetsOf(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split(".").map(Number));
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = "", tail] = canonical.split("::");
  const groups = (text: string): string[] => (text === "" ? [] : text.split(":"));
  const before = groups(head);
  const after = groups(tail ?? "");
  const gap = Array<string>(8 - before.length - after.length).fill("0");
  const all = [...before, ...gap, ...after].map((group) => Number.parseInt(group, 16));
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 255]));
}
