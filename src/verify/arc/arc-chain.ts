import { withoutComments } from "../../mime/comment.ts";
import type { RawField } from "../../mime/head-reader.ts";
import {
  type NoSignature,
  readSeal,
  readSignature,
  type Seal,
  type Signature,
  tagValue,
} from "../signature/signature.ts";
import type { SignedHeader } from "../signature/signed-header.ts";
import { readTagList } from "../signature/tag-list.ts";
import type { ArcCode } from "./arc-verdict.ts";

/** The three fields of one set that was read. */
export interface ChainLink {
  readonly instance: number;
  readonly results: RawField;
  readonly signature: Signature;
  readonly seal: Seal;
}

/** The chain of a message, or why it has none that could be verified. */
export type Chain =
  | { readonly links: readonly ChainLink[] }
  | { readonly code: ArcCode; readonly reason: string };

/** How many sets a chain may have (RFC 8617 section 4.2.1). */
export const mostSets = 50;

/** The names of the fields, in the order in which a seal covers them. */
export const arcFields = ["arc-authentication-results", "arc-message-signature", "arc-seal"] as const;

/** Reads the chain of a message, as far as that needs no key (RFC 8617 section 5.2, steps 1 to 3). */
export function readChain(header: SignedHeader): Chain {
  const fields = arcFields.map((name) => header.named(name));
  if (fields.every(({ length }) => length === 0))
    return { code: "no-chain", reason: "the message has no ARC fields" };
  const count = Math.max(...fields.map(({ length }) => length));
  if (count > mostSets)
    return { code: "structure", reason: `the chain has ${count} sets, more than ${mostSets}` };
  const numbered = fields.map((each) => each.map((field) => ({ field, instance: instanceOf(field) })));
  const newest = numbered[2]?.find(({ instance }) => instance === count)?.field;
  const status = newest === undefined ? undefined : statusOf(newest);
  if (status === "fail")
    return { code: "recorded", reason: "an earlier server recorded that the chain is broken" };
  const links: ChainLink[] = [];
  for (let instance = 1; instance <= count; instance++) {
    const [results, signature, seal] = numbered.map((each) => {
      const found = each.filter((one) => one.instance === instance);
      return found.length === 1 ? found[0]?.field : undefined;
    });
    const complete = numbered.every(({ length }) => length === count);
    if (!complete || results === undefined || signature === undefined || seal === undefined)
      return { code: "structure", reason: `set ${instance} of ${count} is not complete, or not alone` };
    const link = readLink(instance, results, signature, seal);
    if ("code" in link) return link;
    links.push(link);
  }
  return { links };
}

/** The highest number of a set; 0 if no field has a number. */
export function instancesIn(header: SignedHeader): number {
  const numbers = arcFields.flatMap((name) => header.named(name).slice(0, 1000).map(instanceOf));
  return numbers.reduce<number>((highest, number) => Math.max(highest, number ?? 0), 0);
}

/** The number of the set that a field belongs to, if it has a valid one. */
export function instanceOf({ name, text }: RawField): number | undefined {
  const value = text.slice(text.indexOf(":") + 1);
  const digits = name === "arc-authentication-results" ? prefixOf(value) : tagIn(value);
  const instance = digits !== undefined && /^\d{1,2}$/.test(digits) ? Number(digits) : 0;
  return instance >= 1 && instance <= mostSets ? instance : undefined;
}

/** The value of ARC-Authentication-Results without its number, which Authentication-Results does not have. */
export function resultsOf({ text }: RawField): string {
  const value = text.slice(text.indexOf(":") + 1);
  return value.slice(value.indexOf(";") + 1);
}

function prefixOf(value: string): string | undefined {
  return /^[ \t]*i[ \t]*=[ \t]*(\d+)[ \t]*;/.exec(withoutComments(value) ?? "")?.[1];
}

function tagIn(value: string): string | undefined {
  const tags = readTagList(value);
  return "problem" in tags ? undefined : tags.get("i")?.value;
}

function statusOf(field: RawField): string {
  const tags = readTagList(field.text.slice(field.text.indexOf(":") + 1));
  return "problem" in tags ? "" : tagValue(tags, "cv");
}

function readLink(
  instance: number,
  results: RawField,
  signatureField: RawField,
  sealField: RawField,
): ChainLink | { code: ArcCode; reason: string } {
  // The suite of ARC, and dkimpy, take relaxed for what is absent, as the seals are always relaxed.
  const signature = readSignature(signatureField, "relaxed");
  if ("code" in signature) return wrong(`ARC-Message-Signature ${instance}`, signature);
  if (signature.names.includes("arc-seal"))
    return { code: "syntax", reason: `ARC-Message-Signature ${instance} signs ARC-Seal` };
  const seal = readSeal(sealField);
  if ("code" in seal) return wrong(`ARC-Seal ${instance}`, seal);
  if (seal.tags.has("h")) return { code: "syntax", reason: `ARC-Seal ${instance} has h=` };
  const status = tagValue(seal.tags, "cv");
  if (status !== (instance === 1 ? "none" : "pass"))
    return { code: "chain-status", reason: `cv= of ARC-Seal ${instance} is not what it must be there` };
  return { instance, results, signature, seal };
}

function wrong(what: string, { reason }: NoSignature): { code: ArcCode; reason: string } {
  return { code: "syntax", reason: `${what} cannot be read: ${reason}` };
}
