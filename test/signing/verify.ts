/**
 * A verifier of DKIM signatures after the text of RFC 6376 section 6, as plain as can be and for tests only. It shares
 * nothing with the signer; those that the world trusts are asked in test/interop.
 */
import { createHash, type KeyObject, verify as verifySignature } from "node:crypto";

/** Public keys by `selector._domainkey.domain`. */
export type Zone = ReadonlyMap<string, KeyObject>;

export type Tags = ReadonlyMap<string, string>;

/** The tags of each DKIM-Signature, from top to bottom; throws what is wrong with the first that does not hold. */
export function verify(message: Buffer, zone: Zone): Tags[] {
  const { fields, body } = parse(message);
  const signatures = fields.filter((field) => nameOf(field) === "dkim-signature");
  if (signatures.length === 0) throw new Error("no signature");
  return signatures.map((field) => verifyOne(field, fields, body, zone));
}

/** The tags of the one signature that a message has. */
export function only(tags: readonly Tags[]): Tags {
  const [first] = tags;
  if (first === undefined || tags.length !== 1) throw new Error(`${tags.length} signatures`);
  return first;
}

export function parse(message: Buffer): { fields: string[]; body: string } {
  const text = message.toString("latin1");
  const end = text.indexOf("\r\n\r\n");
  return { fields: text.slice(0, end).split(/\r\n(?![ \t])/), body: text.slice(end + 4) };
}

export function tagsOf(field: string): Tags {
  const tags = new Map<string, string>();
  for (const spec of field.slice(field.indexOf(":") + 1).split(";")) {
    const [, name, value] = /^\s*([a-z]+)\s*=\s*([\s\S]*?)\s*$/.exec(spec) ?? [];
    if (name === undefined) {
      if (spec.trim() !== "") throw new Error(`no tag: ${spec}`);
    } else if (tags.has(name)) throw new Error(`${name}= twice`);
    else tags.set(name, value ?? "");
  }
  return tags;
}

function verifyOne(signature: string, fields: readonly string[], body: string, zone: Zone): Tags {
  const tags = tagsOf(signature);
  const tag = (name: string): string => (tags.get(name) ?? "").replace(/\s+/g, "");
  const [header = "simple", bodyForm = "simple"] = tag("c").split("/");
  const whole = bodyForm === "relaxed" ? relaxedBody(body) : simpleBody(body);
  const counted = tags.has("l") ? whole.slice(0, Number(tag("l"))) : whole;
  const hash = createHash("sha256").update(counted, "latin1").digest("base64");
  if (hash !== tag("bh")) throw new Error(`bh= is ${tag("bh")}, and the body's hash ${hash}`);
  const names = tag("h").toLowerCase().split(":");
  if (!names.includes("from")) throw new Error("From is not signed");
  const left = [...fields];
  let data = "";
  for (const name of names) {
    const at = left.findLastIndex((field) => nameOf(field) === name);
    if (at >= 0) data += `${canonical(left.splice(at, 1).join(""), header)}\r\n`;
  }
  data += canonical(signature.replace(/([;\s]b\s*=)[^;]*/, "$1"), header);
  const key = zone.get(`${tag("s")}._domainkey.${tag("d")}`);
  if (key === undefined) throw new Error(`no key for ${tag("s")} at ${tag("d")}`);
  const octets = Buffer.from(data, "latin1");
  const value = Buffer.from(tag("b"), "base64");
  const holds =
    tag("a") === "rsa-sha256"
      ? verifySignature("sha256", octets, key, value)
      : tag("a") === "ed25519-sha256" &&
        verifySignature(null, createHash("sha256").update(octets).digest(), key, value);
  if (!holds) throw new Error(`b= does not hold over ${JSON.stringify(data)}`);
  return tags;
}

function nameOf(field: string): string {
  return field.slice(0, field.indexOf(":")).trim().toLowerCase();
}

function canonical(field: string, form: string): string {
  if (form === "simple") return field;
  const value = field.slice(field.indexOf(":") + 1);
  return `${nameOf(field)}:${value
    .replace(/\r\n/g, "")
    .replace(/[ \t]+/g, " ")
    .trim()}`;
}

function simpleBody(body: string): string {
  return `${body.replace(/(?:\r\n)*$/, "")}\r\n`;
}

function relaxedBody(body: string): string {
  const lines = body.split("\r\n").map((line) => line.replace(/[ \t]+/g, " ").replace(/ $/, ""));
  while (lines.at(-1) === "") lines.pop();
  return lines.map((line) => `${line}\r\n`).join("");
}
