import { createHash, type KeyObject, sign } from "node:crypto";
import { DkimSigner } from "envoi";
import { HeadReader } from "#src/mime/head-reader.js";
import { ed25519, rsa } from "../signing/keys.js";

/** A message as lines that end in LF, with CRLF. */
export function mail(text: string): Buffer {
  return Buffer.from(text.replace(/\r?\n/g, "\r\n"), "latin1");
}

/** A message signed by these options of DkimSigner. */
export function signedBy(
  message: Buffer,
  options: Partial<Parameters<typeof DkimSigner.create>[0]> = {},
): Buffer {
  const signer = DkimSigner.create({ domain: "example.com", selector: "rsa", key: rsa, ...options });
  const signing = signer.begin();
  const reader = new HeadReader();
  const body = reader.push(message);
  if (body !== undefined) signing.update(body);
  return Buffer.concat([Buffer.from(signing.finish(reader.fields()) as string, "latin1"), message]);
}

/**
 * A message with a signature of which every tag can be chosen: those that are not given are right, and `undefined`
 * leaves a tag out. It is written after the words of RFC 6376, so it shares nothing with what it tests.
 */
export function handSigned(
  message: Buffer,
  changes: Readonly<Record<string, string | undefined>> = {},
  key: KeyObject = rsa,
): Buffer {
  const text = message.toString("latin1");
  const end = text.indexOf("\r\n\r\n");
  const fields = text.slice(0, end).split(/\r\n(?![ \t])/);
  const { l } = changes;
  const body = simple(text.slice(end + 4)).slice(0, l === undefined ? undefined : Number(l));
  const ed = key.asymmetricKeyType === "ed25519";
  const tags: Record<string, string | undefined> = {
    v: "1",
    a: ed ? "ed25519-sha256" : "rsa-sha256",
    c: "simple/simple",
    d: "example.com",
    s: ed ? "ed25519" : "rsa",
    h: "from:to:subject",
    bh: createHash("sha256").update(body, "latin1").digest("base64"),
    ...changes,
    b: "",
  };
  const written = Object.entries(tags).filter(([, value]) => value !== undefined);
  const field = `DKIM-Signature: ${written.map(([name, value]) => `${name}=${value}`).join("; ")}`;
  const left = [...fields];
  let data = "";
  for (const name of (tags["h"] ?? "").replace(/\s/g, "").toLowerCase().split(":")) {
    const at = left.findLastIndex((each) => each.toLowerCase().startsWith(`${name}:`));
    if (at >= 0) data += `${left.splice(at, 1)[0]}\r\n`;
  }
  const octets = Buffer.from(data + field, "latin1");
  const signature = ed
    ? sign(null, createHash("sha256").update(octets).digest(), key)
    : sign("sha256", octets, key);
  return Buffer.concat([Buffer.from(`${field}${signature.toString("base64")}\r\n`, "latin1"), message]);
}

/** The simple canonical form of a body. */
function simple(body: string): string {
  return `${body.replace(/(?:\r\n)+$/, "")}\r\n`;
}

/** The records of both keys at example.com, as a zone. */
export const zone = Object.fromEntries(
  Object.entries({ rsa, ed25519 }).map(([selector, key]) => {
    const { name, value } = DkimSigner.record({ domain: "example.com", selector, key });
    return [name, { TXT: [value] }];
  }),
);

export const letter: Buffer = mail(
  "From: Ann <ann@example.com>\nTo: bob@example.org\nSubject: Tea\nDate: Mon, 30 Nov 2026 10:00:00 +0000\n\nAt four?\n\nAnn\n",
);
