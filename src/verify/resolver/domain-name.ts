/**
 * A name in the form in which it is asked and compared: ASCII letters in lower case, without a dot at its end; or
 * `undefined` if DNS cannot have such a name (RFC 1035 2.3.4): an empty label, a label above 63 octets, or more than
 * 253 octets in all. One character is one octet.
 */
export function dnsName(text: string): string | undefined {
  const name = text.endsWith(".") ? text.slice(0, -1) : text;
  if (name === "" || name.length > 253) return undefined;
  let start = 0;
  while (start <= name.length) {
    const dot = name.indexOf(".", start);
    const end = dot < 0 ? name.length : dot;
    if (end === start || end - start > 63) return undefined;
    start = end + 1;
  }
  return lowerCase(name);
}

/** Lower case of ASCII letters alone: `İ` and `K` (Kelvin) must not become letters of another name. */
export function lowerCase(text: string): string {
  return /[A-Z]/.test(text) ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text;
}

/** Whether a name is another one, or below it. */
export function isAtOrBelow(name: string, ancestor: string): boolean {
  return name === ancestor || name.endsWith(`.${ancestor}`);
}
