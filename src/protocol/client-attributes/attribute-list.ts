import { decodeXtext, encodeXtext } from "../parameters/xtext.ts";
import { Reply } from "../reply.ts";

/** How the value of an attribute is read, after xtext; `undefined` if it is not valid. */
export type AttributeReaders<Attributes> = {
  readonly [Name in keyof Attributes]-?: (text: string) => Exclude<Attributes[Name], null> | undefined;
};

/**
 * Writes the argument of XCLIENT and XFORWARD: `NAME=value` for each attribute, in xtext. `null` is written as
 * `[UNAVAILABLE]`.
 *
 * @param prefixed the attributes whose IPv6 addresses are written as `IPV6:2001:db8::1`
 */
export function formatAttributes<Attributes extends object>(
  attributes: Attributes,
  prefixed: readonly (keyof Attributes)[],
): string {
  const words = Object.entries(attributes).map(([name, value]) => {
    const text = value === null ? "[UNAVAILABLE]" : String(value);
    const ipv6 = prefixed.includes(name as keyof Attributes) && text.includes(":");
    return `${name}=${encodeXtext(ipv6 ? `IPV6:${text}` : text)}`;
  });
  return words.join(" ");
}

/**
 * Reads what {@link formatAttributes} writes. Names come in any case and at most once.
 *
 * @returns the attributes, or the refusal
 */
export function parseAttributes<Attributes extends object>(
  argument: string,
  readers: AttributeReaders<Attributes>,
): Attributes | Reply {
  const attributes: Partial<Attributes> = {};
  for (const word of argument.split(/ +/)) {
    const [, given = "", xtext = ""] = /^([^=]+)=(.+)$/.exec(word) ?? [];
    const name = given.toUpperCase();
    if (xtext === "") return Reply.of(501, "5.5.4", "Syntax: attribute=value");
    if (!isName(name, readers)) return Reply.of(501, "5.5.4", "There is an attribute of another name");
    if (attributes[name] !== undefined) return Reply.of(501, "5.5.4", `${String(name)} is there twice`);
    const text = decodeXtext(xtext);
    const value = text === undefined || text.length > LONGEST ? undefined : readValue(text, readers[name]);
    if (value === undefined) return Reply.of(501, "5.5.4", `Bad value of ${String(name)}`);
    attributes[name] = value as Attributes[typeof name];
  }
  return attributes as Attributes;
}

function readValue<Value>(text: string, read: (text: string) => Value | undefined): Value | null | undefined {
  return /^\[(?:UNAVAILABLE|TEMPUNAVAIL)\]$/i.test(text) ? null : read(text);
}

function isName<Attributes extends object>(
  name: string,
  readers: AttributeReaders<Attributes>,
): name is string & keyof Attributes {
  return Object.hasOwn(readers, name);
}

const LONGEST = 255;
