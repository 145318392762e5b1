import { AddressError } from "./address-error.ts";
import { parseAddressLiteral, writeLiteral } from "./address-literal.ts";
import { keepsBidiRule } from "./bidi-rule.ts";
import { checkCharacters } from "./characters.ts";
import { isALabel, toAscii, toUnicode } from "./idna.ts";

/**
 * Returns the canonical form of a domain, for values, headers and commands: lower-case A-labels or an address literal.
 *
 * Names are made canonical by UTS 46 (`MÜNCHEN.de` is `xn--mnchen-3ya.de`; full-width letters, ideographic dots and
 * soft hyphens are mapped, `ẞ` becomes `ß`). Every line of Node gives the same name, or refuses one with characters
 * newer than its tables. A name with text from right to left must keep the Bidi rule (RFC 5893). Labels have 1 to 63
 * octets, names at most 253 (RFC 1035 2.3.4). A single label is a domain (`localhost`), a name ending in a dot is not,
 * and one whose last label is a number is an IP address without its brackets. An underscore is allowed: such names
 * exist in DNS and in container networks, and mail servers deliver to them (Exim refuses them as the name in EHLO).
 *
 * @throws AddressError, with the position if the text and the canonical form correspond.
 * @example
 * ```ts
 * canonicalDomain("BÜCHER.example"); // "xn--bcher-kva.example"
 * canonicalDomain("[ipv6:2001:DB8:0::1]"); // "[IPv6:2001:db8::1]"
 * ```
 */
export function canonicalDomain(text: string): string {
  if (typeof text === "string" && text.length <= longestName && plain.test(text)) return text;
  checkCharacters(text, "a domain");
  if (text.startsWith("[")) return writeLiteral(parseAddressLiteral(text));
  const stranger = text.search(notInNames);
  if (stranger >= 0) {
    const problem =
      text[stranger] === "@"
        ? 'a second "@"; quote it if it belongs to the local part'
        : `"${text[stranger]}" is not allowed in a domain`;
    throw new AddressError(problem, { input: text, position: stranger });
  }
  const ascii = text.search(/[^\0-\x7f]/) < 0;
  const name = ascii ? text.toLowerCase() : toAscii(text);
  if (name === undefined) {
    throw new AddressError("not an international domain name (UTS 46)", { input: text });
  }
  const fault = faultOf(name);
  if (fault === undefined) return name;
  // Once mapped, what is at fault may stand elsewhere in the text.
  throw new AddressError(fault.problem, { input: text, position: ascii ? fault.position : undefined });
}

/** Like {@link canonicalDomain}, for an argument or option that the error names. @throws AddressError */
export function canonicalDomainOf(field: string, text: string): string {
  try {
    return canonicalDomain(text);
  } catch (error) {
    throw error instanceof AddressError ? error.inField(field) : error;
  }
}

/**
 * Names that are canonical already, as part of a regular expression: lower case, no A-label, and the last label does
 * not begin with a digit. Most names are; this is a fast path for them.
 */
export const plainName: string = ((): string => {
  const rest = "(?:[a-z\\d_-]{0,61}[a-z\\d_])?";
  return `(?:(?!xn--)[a-z\\d_]${rest}\\.)*(?!xn--)[a-z_]${rest}`;
})();

const plain: RegExp = new RegExp(`^${plainName}$`);

/** The form of a canonical domain for people: U-labels instead of A-labels. */
export function displayDomain(domain: string): string {
  return toUnicode(domain);
}

const notInNames: RegExp = /[\0-,/:-@[-^`{-\x7f]/;

const longestName = 253;

interface Fault {
  readonly problem: string;
  readonly position: number;
}

/** What is wrong with a lower-case ASCII name, if anything. */
function faultOf(name: string): Fault | undefined {
  if (name === "") return { problem: "the domain is missing", position: 0 };
  if (name.length > longestName) {
    return { problem: `expected a domain of at most 253 octets, got ${name.length}`, position: longestName };
  }
  if (name.endsWith(".")) {
    return { problem: "the domain ends in a dot; leave it out", position: name.length - 1 };
  }
  let position = 0;
  for (const label of name.split(".")) {
    const problem = problemOf(label);
    if (problem !== undefined) return { problem, position };
    position += label.length + 1;
  }
  const top = name.lastIndexOf(".") + 1;
  if (/^(?:\d+|0x[\da-f]*)$/.test(name.slice(top))) {
    return {
      problem: "a domain must not end in a number; write an IP address as [192.0.2.1]",
      position: top,
    };
  }
  if (!name.includes("xn--") || keepsBidiRule(toUnicode(name).split("."))) return undefined;
  return { problem: "the domain mixes directions of text (the Bidi rule, RFC 5893)", position: 0 };
}

function problemOf(label: string): string | undefined {
  if (label === "") return "a label of the domain is empty";
  if (label.length > 63) return `expected labels of at most 63 octets in the domain, got ${label.length}`;
  if (label.startsWith("-")) return "a label of a domain must not begin with a hyphen";
  if (label.endsWith("-")) return "a label of a domain must not end in a hyphen";
  // The result of the mapping is checked too.
  if (!/^[a-z\d_-]+$/.test(label)) return "not a label of a domain";
  if (label.startsWith("xn--") && !isALabel(label)) return `"${label}" is not a valid A-label (RFC 5891)`;
  return undefined;
}
