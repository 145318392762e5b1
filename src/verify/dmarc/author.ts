import { canonicalDomain } from "../../address/domain.ts";
import { commentEnd } from "../../mime/comment.ts";
import { withoutLast } from "../without-last.ts";
import type { DmarcCode } from "./dmarc-verdict.ts";

/** Who wrote a message, by its From field. */
export interface Author {
  /** The addresses that could be read, with their domains as A-labels. */
  readonly addresses: readonly string[];
  /** The domain of all authors; absent if there is not exactly one. */
  readonly domain?: string | undefined;
  /** Why there is no such domain. */
  readonly problem?: { readonly code: DmarcCode; readonly reason: string } | undefined;
}

/**
 * Reads the From fields of a message (RFC 5322 3.6.2). It never guesses: what other programs might read as another
 * author is a problem.
 *
 * @param fields every From field, with or without its name; octets as Latin-1, or text
 */
export function readAuthor(fields: readonly string[]): Author {
  const [field, ...more] = fields;
  if (field === undefined) return problem("no-from", "the message has no From field");
  const { addresses, claims, fault } = readField(asText(field).replace(/^from[ \t]*:/i, ""));
  if (more.length > 0)
    return problem("several-from", `the message has ${fields.length} From fields`, addresses);
  if (fault !== undefined)
    return problem("invalid-from", `the From field cannot be read: ${fault}`, addresses);
  const domains = [...new Set(claims)];
  const [domain] = domains;
  if (domain === undefined) return problem("no-from", "the From field has no address");
  if (domains.length === 1) return { addresses, domain };
  const listed = domains.slice(0, 5).join(", ");
  return problem("several-domains", `the From field has authors of several domains: ${listed}`, addresses);
}

function problem(code: DmarcCode, reason: string, addresses: readonly string[] = []): Author {
  return { addresses, problem: { code, reason } };
}

/** Octets that are UTF-8 as text; anything else as it is. */
function asText(field: string): string {
  if (!/[\x80-\xff]/.test(field) || /[^\0-\xff]/.test(field)) return field;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(field, "latin1"));
  } catch {
    return field;
  }
}

interface FieldContents {
  readonly addresses: readonly string[];
  /** The domains of the addresses, and those that names beside them seem to have. */
  readonly claims: readonly string[];
  readonly fault?: string | undefined;
}

function readField(folded: string): FieldContents {
  const text = folded.replace(/\r?\n(?=[ \t])/g, "").replace(/\r?\n$/, "");
  const addresses: string[] = [];
  const claims: string[] = [];
  try {
    if (/[\0-\x08\n-\x1f\x7f]/.test(text)) throw new Fault("it has a control character");
    for (const { beside, address } of elementsOf(text)) {
      const { local, domain } = splitAddress(address);
      addresses.push(`${local}@${domain}`);
      claims.push(domain);
      // One by one: a call takes only so many arguments.
      for (const other of domainsIn(beside)) claims.push(other);
    }
    return { addresses, claims };
  } catch (thrown) {
    if (thrown instanceof Fault) return { addresses, claims, fault: thrown.message };
    throw thrown;
  }
}

/** Ends the reading of a field; it never leaves this file. */
class Fault extends Error {}

/** One mailbox: the address, and the name beside it without what is quoted and without comments. */
interface Element {
  readonly beside: string;
  readonly address: string;
}

/** The mailboxes of an address list with groups (RFC 5322 3.4, RFC 6854). Each character is read once. */
function elementsOf(text: string): Element[] {
  const elements: Element[] = [];
  let outside = "";
  let inside: string | undefined;
  let quotedOutside = false;
  let group: "none" | "open" | "closed" = "none";
  const end = () => {
    const address = inside ?? outside.trim();
    if (inside === undefined && quotedOutside)
      throw new Fault("a name stands beside an address without < and >");
    if (group === "closed" && address !== "") throw new Fault("something follows a group");
    if (address !== "") elements.push({ beside: inside === undefined ? "" : outside, address });
    outside = "";
    inside = undefined;
    quotedOutside = false;
  };
  for (let at = 0; at < text.length; ) {
    const character = text.charAt(at);
    const next = endOfToken(text, at);
    const token = text.slice(at, next);
    at = next;
    if (character === ",") {
      end();
      if (group === "closed") group = "none";
    } else if (character === ":" && group === "none" && inside === undefined) {
      if (outside.trim() === "" && !quotedOutside) throw new Fault("a group has no name");
      group = "open";
      outside = "";
      quotedOutside = false;
    } else if (character === ";" && group === "open") {
      end();
      group = "closed";
    } else if (character === "<" && inside === undefined) {
      inside = token.slice(1, -1).trim();
      if (inside === "") throw new Fault("an address is empty");
    } else if (character === "(" || /^[ \t]/.test(token)) {
      outside += " ";
    } else if (/[<>:;]/.test(character) || inside !== undefined) {
      throw new Fault(`${JSON.stringify(character)} is not allowed here`);
    } else if (character === '"') {
      // Before an `@` it is a local part, otherwise a part of a name.
      const isLocal = text.charAt(next) === "@";
      quotedOutside ||= !isLocal;
      outside += isLocal ? token : " ";
    } else outside += token;
  }
  end();
  if (group === "open") throw new Fault("a group is not closed");
  return elements;
}

/** The index after a quoted string, a comment, an address in angle brackets, a literal, blanks, a word or a sign. */
function endOfToken(text: string, start: number): number {
  switch (text.charAt(start)) {
    case '"':
      return closing(text, start, '"');
    case "<":
      return angleEnd(text, start);
    case "[":
      return closing(text, start, "]");
    case "(": {
      const end = commentEnd(text, start);
      if (end === undefined) throw new Fault("a comment is not closed");
      return end;
    }
    default: {
      run.lastIndex = start;
      return run.test(text) ? run.lastIndex : start + 1;
    }
  }
}

const run: RegExp = /[ \t]+|[^\t "(),:;<>[]+/y;

function closing(text: string, start: number, bracket: string): number {
  for (let at = start + 1; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === bracket) return at + 1;
    if (character === "\\") at++;
  }
  throw new Fault(`a ${bracket} is missing`);
}

function angleEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; ) {
    const character = text.charAt(at);
    if (character === ">") return at + 1;
    if (/[<,;:(]/.test(character)) throw new Fault(`an address has the character ${character}`);
    at = character === '"' || character === "[" ? endOfToken(text, at) : at + 1;
  }
  throw new Fault("a > is missing");
}

const localPart: RegExp = /^(?:[^\s"(),:;<>@[\\\]]+|"(?:[^"\\]|\\.)*")$/;

function splitAddress(address: string): { local: string; domain: string } {
  if (address.length > 1000) throw new Fault("an address is too long");
  const at = address.lastIndexOf("@");
  const local = address.slice(0, Math.max(at, 0)).trim();
  const domain = address.slice(at + 1).trim();
  if (at < 0 || !localPart.test(local)) throw new Fault("something is not an address");
  if (domain.startsWith("[")) throw new Fault("the domain of an author is an address literal");
  return { local, domain: canonical(domain) };
}

function canonical(domain: string): string {
  try {
    return canonicalDomain(domain);
  } catch {
    throw new Fault("the domain of an author is not valid");
  }
}

/** Domains of what looks like an address in a name, which some programs take for the author. */
function domainsIn(name: string): string[] {
  return [...name.matchAll(/@([^\s@]+)/g)].map(([, domain = ""]) => canonical(withoutLast(domain, ".!?'>")));
}
