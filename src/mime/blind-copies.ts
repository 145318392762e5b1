/** Whether a field of this name lists recipients of blind copies. */
export function isBlindCopy(name: string): boolean {
  return /^(?:resent-)?bcc$/i.test(name);
}

/** Removes the fields that list recipients of blind copies from a mail or its header. */
export function withoutBlindCopies(octets: Uint8Array): Uint8Array {
  const mail = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
  const end = headerEnd(mail);
  const header = mail.toString("latin1", 0, end);
  const kept = header.replace(/^(?:resent-)?bcc[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*(?:\n|$)/gim, "");
  return kept.length === header.length
    ? octets
    : Buffer.concat([Buffer.from(kept, "latin1"), mail.subarray(end)]);
}

/** The end of the header: after the line end of its last field. */
function headerEnd(mail: Buffer): number {
  for (let lf = mail.indexOf(0x0a); lf >= 0; lf = mail.indexOf(0x0a, lf + 1)) {
    const next = mail[lf + 1];
    if (next === 0x0a || (next === 0x0d && mail[lf + 2] === 0x0a)) return lf + 1;
  }
  return mail.length;
}
