/** Replaces CRLF by LF. A single CR is not a line end of a mail, and stays. */
export function withLf(octets: Buffer): Buffer {
  if (!octets.includes(CR)) return octets;
  const changed = Buffer.allocUnsafeSlow(octets.length);
  let length = 0;
  for (let at = 0; at < octets.length; at++) {
    const octet = octets[at] as number;
    if (octet !== CR || octets[at + 1] !== LF) changed[length++] = octet;
  }
  return changed.subarray(0, length);
}

const CR = 0x0d;
const LF = 0x0a;
