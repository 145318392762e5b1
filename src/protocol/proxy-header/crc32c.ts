/** The CRC-32C of octets (RFC 9260 appendix A), as an unsigned number. */
export function crc32c(octets: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const octet of octets) crc = ((table[(crc ^ octet) & 0xff] as number) ^ (crc >>> 8)) >>> 0;
  return (crc ^ 0xffff_ffff) >>> 0;
}

const REVERSED_POLYNOMIAL = 0x82f6_3b78;

const table: Uint32Array = Uint32Array.from({ length: 256 }, (_, octet) => {
  let remainder = octet;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? REVERSED_POLYNOMIAL : 0);
  return remainder;
});
