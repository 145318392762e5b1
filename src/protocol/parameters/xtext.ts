/**
 * xtext (RFC 3461 4): ASCII in which `+`, `=` and characters that are not printable are written as `+` and two
 * hexadecimal digits.
 */
export function encodeXtext(text: string): string {
  return Buffer.from(text, "utf8")
    .toString("latin1")
    .replace(
      /[^!-*,-<>-~]/g,
      (octet) => `+${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
    );
}

/** Decodes what {@link encodeXtext} encodes; `undefined` if it is malformed or contains a control character. */
export function decodeXtext(xtext: string): string | undefined {
  if (!/^(?:[!-*,-<>-~]|\+[0-9A-F]{2})*$/.test(xtext)) return undefined;
  const octets = xtext.replace(/\+(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const text = Buffer.from(octets, "latin1").toString("utf8");
  return /[\0-\x1f\x7f\ufffd]/.test(text) ? undefined : text;
}
