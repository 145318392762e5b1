import type { RawField } from "../../mime/head-reader.ts";
import {
  type NoSignature,
  readSignature,
  type Signature,
  tagValue,
  toDomain,
  utf8,
} from "../signature/signature.ts";
import { withoutSpace } from "../signature/tag-list.ts";

/** A DKIM-Signature field that was read. */
export interface DkimSignature extends Signature {
  /** `i=`, its domain as A-labels. */
  readonly identity: string;
  /** Whether the domain of `i=` is that of `d=` and not one below it. */
  readonly ownIdentity: boolean;
}

/** A DKIM-Signature field that nothing can be verified with. */
export interface NoDkimSignature extends Omit<NoSignature, "code"> {
  readonly code: NoSignature["code"] | "from-not-signed" | "identity";
}

/** Reads a DKIM-Signature field (RFC 6376 section 6.1.1). */
export function readDkimSignature(field: RawField): DkimSignature | NoDkimSignature {
  const signature = readSignature(field);
  if ("code" in signature) return signature;
  const { tags, domain, names } = signature;
  if (tagValue(tags, "v") !== "1")
    return {
      code: "version",
      reason: tags.has("v") ? "its version (v=) is not 1" : "it has no v=",
      read: signature,
    };
  if (!names.includes("from"))
    return {
      code: "from-not-signed",
      reason: "it does not sign From, as every signature must",
      read: signature,
    };
  const identity = tags.has("i") ? readIdentity(tagValue(tags, "i")) : `@${domain}`;
  const of = identity?.slice(identity.lastIndexOf("@") + 1);
  if (identity === undefined || (of !== domain && of?.endsWith(`.${domain}`) !== true))
    return { code: "identity", reason: "i= is not an address in the domain of d=", read: signature };
  return { ...signature, identity, ownIdentity: of === domain };
}

/** Reads an identity, which is in DKIM-Quoted-Printable (RFC 6376 section 2.11). */
function readIdentity(text: string): string | undefined {
  const octets = withoutSpace(text).replace(/=([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const at = octets.lastIndexOf("@");
  const domain = at < 0 ? undefined : toDomain(octets.slice(at + 1));
  return domain === undefined ? undefined : `${utf8(octets.slice(0, at))}@${domain}`;
}
