import crypto, { createPrivateKey, KeyObject, sign } from "node:crypto";
import { EnvoiError, reasonOf } from "../errors.ts";
import { wrongOption } from "./wrong-option.ts";

/** How a signature is made (RFC 8301, RFC 8463). There is no rsa-sha1. */
export type DkimAlgorithm = "rsa-sha256" | "ed25519-sha256";

/** What a key that is kept elsewhere is asked to sign. */
export interface DkimSignRequest {
  /** What to sign by. */
  readonly algorithm: DkimAlgorithm;
  /** The octets to sign: by RSASSA-PKCS1-v1_5 with SHA-256, or by Ed25519, which is given their digest already. */
  readonly data: Buffer;
  /** The SHA-256 of the octets, for services that take a digest in place of `data` for RSA. */
  readonly digest: Buffer;
  /** Aborts when nobody waits for the signature any more. */
  readonly signal: AbortSignal | undefined;
}

/** Asks for a signature where the key is, such as a key management service. */
export type DkimSignCallback = (request: DkimSignRequest) => Promise<Uint8Array>;

/** A private key in PEM, or as an object, or the way to where it is. */
export type DkimKeyInput = string | Uint8Array | KeyObject | DkimSignCallback;

/** A key that was found fit to sign. */
export interface DkimKey {
  readonly algorithm: DkimAlgorithm;
  readonly awaited: boolean;
  /** The signature of octets, in base64. @throws EnvoiError of kind `"content"` if it cannot be made. */
  sign(data: Buffer, signal: AbortSignal | undefined): string | Promise<string>;
}

/** What else was said of the key. */
export interface DkimKeyOptions {
  readonly algorithm: DkimAlgorithm | undefined;
  readonly passphrase: string | undefined;
  readonly allowShortRsaKey: boolean;
}

/**
 * Reads a key.
 *
 * @throws EnvoiError of kind `"configuration"` if it cannot sign as DKIM does.
 */
export function readKey(input: unknown, options: DkimKeyOptions): DkimKey {
  if (typeof input === "function") return remoteKey(input as DkimSignCallback, options);
  const key = input instanceof KeyObject ? input : fromPem(input, options.passphrase);
  if (key.type !== "private")
    throw wrongOption("key", `a ${key.type} key signs nothing; give the private key`);
  const algorithm = algorithmOf(key, options.allowShortRsaKey);
  if (options.algorithm !== undefined && options.algorithm !== algorithm) {
    throw wrongOption("algorithm", `the key signs by ${algorithm}, not by ${options.algorithm}`);
  }
  return {
    algorithm,
    awaited: false,
    // RFC 8463 section 3: Ed25519 signs the digest.
    sign: (data) =>
      (algorithm === "rsa-sha256" ? sign("sha256", data, key) : sign(null, sha256(data), key)).toString(
        "base64",
      ),
  };
}

/** Keys that verifiers must take (RFC 8301 section 3.2), and what signers should not go below. */
const rsaBits = { least: 1024, usual: 2048, most: 4096 };

function algorithmOf(key: KeyObject, allowShort: boolean): DkimAlgorithm {
  const type = key.asymmetricKeyType;
  if (type === "ed25519") return "ed25519-sha256";
  if (type !== "rsa")
    throw wrongOption("key", `a key of type ${type} makes no DKIM signature; RSA and Ed25519 do`);
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < rsaBits.least)
    throw wrongOption("key", `an RSA key of ${bits} bits is too short; verifiers refuse it`);
  if (bits < rsaBits.usual && !allowShort) {
    const advice = `should have ${rsaBits.usual} (RFC 8301); say allowShortRsaKey: true to sign with it`;
    throw wrongOption("key", `an RSA key of ${bits} bits is short, and ${advice}`);
  }
  if (bits > rsaBits.most)
    throw wrongOption("key", `an RSA key of ${bits} bits is longer than verifiers must take`);
  return "rsa-sha256";
}

function fromPem(input: unknown, passphrase: string | undefined): KeyObject {
  if (typeof input !== "string" && !(input instanceof Uint8Array)) {
    throw wrongOption(
      "key",
      "expects a private key in PEM, a KeyObject, or a function that asks for a signature",
    );
  }
  const pem = typeof input === "string" ? input : Buffer.from(input).toString("latin1");
  const label = /-----BEGIN ([A-Z0-9 ]{1,40})-----/.exec(pem)?.[1];
  if (label === undefined) throw wrongOption("key", "is no PEM: it has no line -----BEGIN PRIVATE KEY-----");
  if (!label.endsWith("PRIVATE KEY"))
    throw wrongOption("key", `a ${label} signs nothing; give the private key`);
  if (!pem.includes("\n") && pem.includes("\\n")) {
    throw wrongOption("key", "has \\n written out where lines end; put line ends in their place");
  }
  try {
    return createPrivateKey({ key: pem, format: "pem", ...(passphrase !== undefined && { passphrase }) });
  } catch (cause) {
    const encrypted = label.startsWith("ENCRYPTED") || /^Proc-Type: 4,ENCRYPTED/m.test(pem);
    const reason = encrypted
      ? "is encrypted, and its passphrase is missing or wrong"
      : "cannot be read as a key";
    throw wrongOption("key", reason, cause);
  }
}

function remoteKey(ask: DkimSignCallback, { algorithm }: DkimKeyOptions): DkimKey {
  if (algorithm === undefined) {
    throw wrongOption("algorithm", 'a function as key needs it said: "rsa-sha256" or "ed25519-sha256"');
  }
  const sign = async (data: Buffer, signal: AbortSignal | undefined): Promise<string> => {
    const digest = sha256(data);
    const request = { algorithm, data: algorithm === "rsa-sha256" ? data : digest, digest, signal };
    const signature: unknown = await answered(ask, request);
    if (!(signature instanceof Uint8Array)) throw unsigned("the function gave no Uint8Array");
    const { length } = signature;
    const fits = algorithm === "rsa-sha256" ? length >= rsaBits.least / 8 : length === 64;
    if (!fits) throw unsigned(`the function gave ${length} octets, which is no signature by ${algorithm}`);
    return Buffer.from(signature.buffer, signature.byteOffset, length).toString("base64");
  };
  return { algorithm, awaited: true, sign };
}

async function answered(ask: DkimSignCallback, request: DkimSignRequest): Promise<unknown> {
  try {
    return await ask(request);
  } catch (cause) {
    throw unsigned(reasonOf(cause), cause);
  }
}

function unsigned(reason: string, cause?: unknown): EnvoiError {
  const fate = { delivery: "not-sent", transient: false, permanent: false } as const;
  return new EnvoiError(`DKIM: the mail could not be signed: ${reason}`, { kind: "content", ...fate, cause });
}

function sha256(data: Buffer): Buffer {
  // Not imported by name: Node 18 does not have it, and could not come to say that it is too old.
  return crypto.hash("sha256", data, "buffer");
}
