import { ipOctets } from "../../text/ip-address.ts";
import type { IpAddress } from "../ip-address.ts";
import { type MacroString, parseDomainSpec, parseMacroString } from "./macro-string.ts";

/** What a mechanism that matches leads to. */
export type SpfQualifier = "pass" | "fail" | "softfail" | "neutral";

/** The mechanisms that look at addresses of names: with how many bits of an address must be the same. */
interface AddressMechanism {
  readonly name: "a" | "mx";
  /** The name; the current domain if it is missing. */
  readonly target?: MacroString | undefined;
  readonly bits4: number;
  readonly bits6: number;
}

/** A mechanism (RFC 7208 5), without its qualifier. */
export type SpfMechanism =
  | { readonly name: "all" }
  | { readonly name: "include" | "exists"; readonly target: MacroString }
  | { readonly name: "ptr"; readonly target?: MacroString | undefined }
  | AddressMechanism
  | { readonly name: "ip4" | "ip6"; readonly network: IpAddress; readonly bits: number };

/** A mechanism with its qualifier, and its text in the record. */
export interface SpfDirective {
  readonly qualifier: SpfQualifier;
  readonly mechanism: SpfMechanism;
  readonly text: string;
}

/** An SPF record. */
export interface SpfRecord {
  readonly directives: readonly SpfDirective[];
  readonly redirect?: { readonly target: MacroString; readonly text: string } | undefined;
  readonly explanation?: MacroString | undefined;
}

/** Whether a TXT record is an SPF record (RFC 7208 4.5). */
export function isSpfRecord(text: string): boolean {
  return /^v=spf1(?: |$)/i.test(text);
}

/** Reads an SPF record (RFC 7208 4.6). @returns the term that is not valid, as a string, if there is one. */
export function parseSpfRecord(text: string): SpfRecord | string {
  const directives: SpfDirective[] = [];
  let redirect: SpfRecord["redirect"];
  let explanation: MacroString | undefined;
  for (const term of text.slice("v=spf1".length).split(" ")) {
    if (term === "") continue;
    const [, name, value = ""] = /^([a-z][a-z\d_.-]*)=(.*)$/is.exec(term) ?? [];
    if (name === undefined) {
      const directive = parseDirective(term);
      if (directive === undefined) return term;
      directives.push(directive);
      continue;
    }
    const modifier = name.toLowerCase();
    const known = modifier === "redirect" || modifier === "exp";
    const parsed = known ? parseDomainSpec(value) : parseMacroString(value);
    if (parsed === undefined) return term;
    if (modifier === "redirect") {
      if (redirect !== undefined) return term;
      redirect = { target: parsed, text: term };
    } else if (modifier === "exp") {
      if (explanation !== undefined) return term;
      explanation = parsed;
    }
  }
  return { directives, redirect, explanation };
}

const qualifiers: Readonly<Record<string, SpfQualifier>> = {
  "+": "pass",
  "-": "fail",
  "~": "softfail",
  "?": "neutral",
};

function parseDirective(term: string): SpfDirective | undefined {
  const [, sign = "", name = "", rest = ""] = /^([+\-~?]?)([a-z\d]+)(.*)$/is.exec(term) ?? [];
  const mechanism = parseMechanism(name.toLowerCase(), rest);
  return mechanism && { qualifier: qualifiers[sign] ?? "pass", mechanism, text: term };
}

/** @param rest what follows the name: `:target`, `/bits`, both or nothing */
function parseMechanism(name: string, rest: string): SpfMechanism | undefined {
  const target = rest.startsWith(":") ? rest.slice(1) : undefined;
  switch (name) {
    case "all":
      return rest === "" ? { name } : undefined;
    case "include":
    case "exists": {
      const spec = parseDomainSpec(target ?? "");
      return spec && { name, target: spec };
    }
    case "ptr": {
      if (rest === "") return { name };
      const spec = parseDomainSpec(target ?? "");
      return spec && { name, target: spec };
    }
    case "a":
    case "mx":
      return parseAddressMechanism(name, rest);
    case "ip4":
      return target === undefined ? undefined : parseNetwork(name, target, 32);
    case "ip6":
      return target === undefined ? undefined : parseNetwork(name, target, 128);
    default:
      return undefined;
  }
}

function parseAddressMechanism(name: "a" | "mx", rest: string): SpfMechanism | undefined {
  const [cidr, length4, length6] = /(?:\/(\d+))?(?:\/\/(\d+))?$/.exec(rest) ?? [""];
  const [bits4, bits6] = [bitsOf(length4, 32), bitsOf(length6, 128)];
  if (bits4 === undefined || bits6 === undefined) return undefined;
  const before = rest.slice(0, rest.length - cidr.length);
  if (before === "") return { name, bits4, bits6 };
  const target = before.startsWith(":") ? parseDomainSpec(before.slice(1)) : undefined;
  return target && { name, target, bits4, bits6 };
}

/** @param most how many bits an address has */
function parseNetwork(name: "ip4" | "ip6", text: string, most: number): SpfMechanism | undefined {
  const [address = "", length, ...more] = text.split("/");
  const network = ipOctets(address);
  const bits = bitsOf(length, most);
  if (network?.length !== most / 8 || bits === undefined || more.length > 0) return undefined;
  return { name, network, bits };
}

/** The length of a prefix, all bits if it is missing. A number with a leading zero is not valid. */
function bitsOf(text: string | undefined, most: number): number | undefined {
  if (text === undefined) return most;
  return /^(?:0|[1-9]\d{0,2})$/.test(text) && Number(text) <= most ? Number(text) : undefined;
}
