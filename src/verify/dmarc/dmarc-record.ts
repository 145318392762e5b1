import type { DmarcPolicy } from "./dmarc-verdict.ts";

/** A DMARC record (RFC 9989 4.7), with the defaults of what it does not say. */
export interface DmarcRecord {
  readonly text: string;
  /** `undefined` if `p`, `sp` or `np` is not valid and there is no valid `rua`: then the record is ignored. */
  readonly policies?: DmarcPolicies | undefined;
  readonly strictDkim: boolean;
  readonly strictSpf: boolean;
  readonly psd: "y" | "n" | "u";
  readonly testing: boolean;
  /** The reporting URIs of `rua` that are valid, without the obsolete limit of size. */
  readonly rua: readonly string[];
  /** The tag that is not valid, if there is one. */
  readonly invalid?: string | undefined;
}

/** The policies of a record for the domain, for its subdomains, and for those that do not exist. */
export interface DmarcPolicies {
  readonly p: DmarcPolicy;
  readonly sp: DmarcPolicy;
  readonly np: DmarcPolicy;
}

/** Reads a TXT record. @returns `undefined` if it is no DMARC record: `v=DMARC1` must come first. */
export function parseDmarcRecord(text: string): DmarcRecord | undefined {
  if (!/^[vV][ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)/.test(text)) return undefined;
  const tags = tagsOf(text);
  const rua = urisOf(tags.get("rua"));
  let invalid: string | undefined;
  const policy = (name: string): DmarcPolicy | undefined => {
    const value = tags.get(name);
    if (value === undefined) return undefined;
    const known = policies.get(value.toLowerCase());
    if (known === undefined) invalid ??= `${name}=${value}`;
    return known;
  };
  const [p = "none", sp = p, np = sp] = [policy("p"), policy("sp"), policy("np")];
  const none = rua.length > 0 ? ({ p: "none", sp: "none", np: "none" } as const) : undefined;
  const says = (name: string, value: string) => tags.get(name)?.toLowerCase() === value;
  return {
    ...{ text, policies: invalid === undefined ? { p, sp, np } : none, invalid, rua },
    ...{ strictDkim: says("adkim", "s"), strictSpf: says("aspf", "s"), testing: says("t", "y") },
    psd: says("psd", "y") ? "y" : says("psd", "n") ? "n" : "u",
  };
}

const policies: ReadonlyMap<string, DmarcPolicy> = new Map(
  (["none", "quarantine", "reject"] as const).map((policy) => [policy, policy]),
);

/** The tags by name, in lower case. One that is given twice contradicts itself: its value is empty. */
function tagsOf(text: string): Map<string, string> {
  const tags = new Map<string, string>();
  for (const part of text.split(";").slice(1)) {
    const equals = part.indexOf("=");
    const name = part.slice(0, Math.max(equals, 0)).trim().toLowerCase();
    if (/^[a-z]+$/.test(name)) tags.set(name, tags.has(name) ? "" : part.slice(equals + 1).trim());
  }
  return tags;
}

/** URIs of any scheme; those of mail must have an address. */
function urisOf(list: string | undefined): string[] {
  const uris = (list ?? "").split(",").map((uri) => uri.trim().replace(/![\d]+[kmgt]?$/i, ""));
  return uris.filter(
    (uri) => /^mailto:[^@\s]+@[^@\s]+$/i.test(uri) || /^(?!mailto:)[a-z][a-z\d+.-]*:\S+$/i.test(uri),
  );
}
