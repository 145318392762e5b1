/** xtext (RFC 3461 4): ASCII in which `+`, `=` and what is not printable stands as `+` and two hexadecimal digits. */
export function encodeXtext(text: string): string {
  return Buffer.from(text, "utf8")
    .toString("latin1")
    .replace(
      /[^!-*,-<>-~]/g,
      (octet) => `+${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
    );
}

/** The text that {@link encodeXtext} encoded, or `undefined` where it is malformed or holds a control character. */
export function decodeXtext(xtext: string): string | undefined {
  if (!/^(?:[!-*,-<>-~]|\+[0-9A-F]{2})*$/.test(xtext)) return undefined;
  const octets = xtext.replace(/\+(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const text = Buffer.from(octets, "latin1").toString("utf8");
  return /[\0-\x1f\x7f\ufffd]/.test(text) ? undefined : text;
}
