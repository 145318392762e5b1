import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { HeadReader } from "#src/mime/head-reader.js";
import { BodyHash } from "#src/signing/canonical-body.js";
import { type Canonicalization, canonicalField } from "#src/signing/canonicalization.js";
import { signedFields } from "#src/signing/signed-fields.js";
import { tagsOf } from "./verify.ts";

/** A signature of somebody else's, and what ours would be made of in its place. */
export interface Reproduced {
  /** A tag without white space. */
  readonly tag: (name: string) => string;
  readonly bodyHash: string;
  /** What is given to the key, and the digest that it is to be signed with. */
  readonly signable: Buffer;
  readonly digest: "sha256" | null;
}

/** Does with the parts of the signer what they would have done for one of the signatures of a message. */
export function reproduce(message: Buffer, ordinal = 0): Reproduced {
  const reader = new HeadReader();
  const body = reader.push(message) ?? assert.fail("no body");
  const header = reader.fields();
  const { text } =
    header.filter(({ name }) => name === "dkim-signature")[ordinal] ?? assert.fail("no signature");
  const tags = tagsOf(text);
  const tag = (name: string): string => (tags.get(name) ?? "").replace(/\s/g, "");
  const [headerForm, bodyForm] = tag("c").split("/") as [Canonicalization, Canonicalization];
  const hash = new BodyHash(bodyForm);
  hash.update(body);
  const data = Buffer.from(dataOf(headerForm), "latin1");
  const ed = tag("a") === "ed25519-sha256";
  return {
    tag,
    bodyHash: hash.digest(),
    signable: ed ? createHash("sha256").update(data).digest() : data,
    digest: ed ? null : "sha256",
  };

  /** The fields of `h=`, of which those of one name lie together, and the signature's own. */
  function dataOf(form: Canonicalization): string {
    const names = new Set(tag("h").toLowerCase().split(":"));
    const { fields } = signedFields(header, new Map([...names].map((name) => [name, "present"])));
    let data = "";
    for (const { name, text: field } of fields) data += `${canonicalField(name, field, form)}\r\n`;
    return data + canonicalField("dkim-signature", text.replace(/([;\s]b=)[^;]*/, "$1"), form);
  }
}
