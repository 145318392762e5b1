import { Address } from "../address/address.ts";

/**
 * An address with its type, as reports write it (RFC 3464 section 2.3.1, RFC 6533 section 3), and as people do: in
 * angle brackets, without its type, with a route or a comment.
 *
 * @returns the canonical form; the text itself if it is not an address; `undefined` if there is none.
 */
export function reportedAddress(value: string): string | undefined {
  const [, type, typed] = /^\s*([\w-]{1,40})\s*;(.*)$/s.exec(value) ?? [];
  const text = bare(typed ?? value);
  if (text === "") return undefined;
  return addressIn(type?.toLowerCase() === "utf-8" ? unescaped(text) : text) ?? text.slice(0, longest);
}

/** The canonical form of an address alone, if it is one. */
export function addressIn(text: string): string | undefined {
  if (!text.includes("@") || text.length > longest) return undefined;
  try {
    return Address.parse(text).toString();
  } catch {
    return undefined;
  }
}

/** Without what stands around an address: brackets, quotes, a route (RFC 5321 appendix C), a comment behind it. */
function bare(text: string): string {
  const trimmed = text.slice(0, 2 * longest).trim();
  const inner = /^[^<]*<([^<>]*)>/.exec(trimmed)?.[1] ?? trimmed.replace(/\s+\(.*$/s, "");
  const whole = inner.replace(/^smtp:/i, "").replace(/^@[^:\s]+:/, "");
  return (/^"([^"]*)"$/.exec(whole)?.[1] ?? whole).replace(/\p{Cc}/gu, "").trim();
}

/** Decodes `\x{e4}` (RFC 6533 section 3, utf-8-addr-xtext). */
function unescaped(text: string): string {
  return text.replace(/\\x\{([0-9a-f]{2,6})\}/gi, (whole, hex: string) => {
    const code = Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

const longest = 512;
