import crypto, { createPrivateKey, createPublicKey, KeyObject, sign } from "node:crypto";
import { EnvoiError, reasonOf } from "../errors.ts";
import { refuseOption, wrongOption } from "../text/options/option-reader.ts";
import { described } from "../text/options/shown-value.ts";

/** How a signature is made (RFC 8301, RFC 8463). There is no rsa-sha1. */
export type DkimAlgorithm = "rsa-sha256" | "ed25519-sha256";

/** A request for a signature to a function that has access to the key. */
export interface DkimSignRequest {
  /** The algorithm to sign with. */
  readonly algorithm: DkimAlgorithm;
  /**
   * The bytes to sign, with RSASSA-PKCS1-v1_5 and SHA-256, or with Ed25519: for Ed25519 they are the digest already.
   */
  readonly data: Buffer;
  /** The SHA-256 digest, for services that sign a digest instead of `data` with RSA. */
  readonly digest: Buffer;
  /** Is aborted when the signature is not needed any more. */
  readonly signal: AbortSignal | undefined;
}

/** Asks a service that has the key, such as a key management service, for a signature. */
export type DkimSignCallback = (request: DkimSignRequest) => Promise<Uint8Array>;

/** A private key as PEM or as an object, or a function that asks for a signature. */
export type DkimKeyInput = string | Uint8Array | KeyObject | DkimSignCallback;

/** A key that can sign. */
export interface DkimKey {
  readonly algorithm: DkimAlgorithm;
  readonly awaited: boolean;
  /** Signs, and returns the signature in base64. @throws EnvoiError of kind `"content"` if it cannot be made. */
  sign(data: Buffer, signal: AbortSignal | undefined): string | Promise<string>;
}

/** The options of a key. */
export interface DkimKeyOptions {
  readonly algorithm: DkimAlgorithm | undefined;
  readonly passphrase: string | undefined;
  readonly allowShortRsaKey: boolean;
  /** What errors call the key: `"DkimSigner.key"`. */
  readonly field: string;
}

/**
 * Reads a key.
 *
 * @throws EnvoiError of kind `"configuration"` if it cannot make DKIM signatures.
 */
export function readKey(input: unknown, options: DkimKeyOptions): DkimKey {
  if (typeof input === "function") return remoteKey(input as DkimSignCallback, options);
  const { field } = options;
  const key = input instanceof KeyObject ? input : fromPem(input, options, "PRIVATE KEY");
  if (key.type !== "private") throw refuseOption(field, `expected a private key, got a ${key.type} key`);
  const algorithm = algorithmOf(key, options);
  if (options.algorithm !== undefined && options.algorithm !== algorithm) {
    throw refuseOption(algorithmField(field), `expected ${algorithm} for this key, got ${options.algorithm}`);
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

/**
 * Reads a key to publish: the public one, or the private one that it belongs to.
 *
 * @throws EnvoiError of kind `"configuration"` if it cannot verify DKIM signatures.
 */
export function readPublishedKey(
  input: unknown,
  options: DkimKeyOptions,
): { readonly key: KeyObject; readonly algorithm: DkimAlgorithm } {
  const given = input instanceof KeyObject ? input : fromPem(input, options, "KEY");
  if (given.type === "secret")
    throw refuseOption(options.field, "expected a private or public key, got a secret key");
  const key = given.type === "public" ? given : createPublicKey(given);
  return { key, algorithm: algorithmOf(key, options) };
}

/** The sizes that verifiers must accept (RFC 8301 section 3.2), and the least that signers should use. */
const rsaBits = { least: 1024, usual: 2048, most: 4096 };

function algorithmField(field: string): string {
  return field.replace(/key$/, "algorithm");
}

function wrongSize(field: string, least: number, bits: number, remedy: string): EnvoiError {
  return refuseOption(field, `expected an RSA key of at least ${least} bits, got ${bits}`, remedy);
}

function algorithmOf(key: KeyObject, { field, allowShortRsaKey }: DkimKeyOptions): DkimAlgorithm {
  const type = key.asymmetricKeyType;
  if (type === "ed25519") return "ed25519-sha256";
  if (type !== "rsa") throw refuseOption(field, `expected an RSA or Ed25519 key, got one of type ${type}`);
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < rsaBits.least) throw wrongSize(field, rsaBits.least, bits, "Verifiers refuse it");
  if (bits < rsaBits.usual && !allowShortRsaKey)
    throw wrongSize(
      field,
      rsaBits.usual,
      bits,
      "To use it nevertheless, set allowShortRsaKey: true (RFC 8301)",
    );
  if (bits > rsaBits.most)
    throw refuseOption(field, `expected an RSA key of at most ${rsaBits.most} bits, got ${bits}`);
  return "rsa-sha256";
}

function fromPem(
  input: unknown,
  { field, passphrase }: DkimKeyOptions,
  ending: "PRIVATE KEY" | "KEY",
): KeyObject {
  if (typeof input !== "string" && !(input instanceof Uint8Array)) {
    throw wrongOption(field, "a private key as PEM, a KeyObject, or a function that signs", input);
  }
  const pem = typeof input === "string" ? input : Buffer.from(input).toString("latin1");
  const label = /-----BEGIN ([A-Z0-9 ]{1,40})-----/.exec(pem)?.[1];
  if (label === undefined)
    throw refuseOption(field, "expected PEM, got text without a line -----BEGIN PRIVATE KEY-----");
  if (!label.endsWith(ending)) throw refuseOption(field, `expected a private key, got a ${label}`);
  if (!pem.includes("\n") && pem.includes("\\n")) {
    throw refuseOption(
      field,
      "expected PEM with line ends, got \\n written out",
      "Replace each with a line end",
    );
  }
  try {
    if (label.endsWith("PUBLIC KEY")) return createPublicKey(pem);
    return createPrivateKey({ key: pem, format: "pem", ...(passphrase !== undefined && { passphrase }) });
  } catch (cause) {
    const encrypted = label.startsWith("ENCRYPTED") || /^Proc-Type: 4,ENCRYPTED/m.test(pem);
    const reason = encrypted
      ? "it is encrypted, and its passphrase is missing or wrong"
      : "it cannot be read as a key";
    throw refuseOption(field, reason, undefined, cause);
  }
}

function remoteKey(ask: DkimSignCallback, { algorithm, field }: DkimKeyOptions): DkimKey {
  if (algorithm === undefined) {
    throw wrongOption(
      algorithmField(field),
      '"rsa-sha256" or "ed25519-sha256" for a function as key',
      algorithm,
    );
  }
  const sign = async (data: Buffer, signal: AbortSignal | undefined): Promise<string> => {
    const digest = sha256(data);
    const request = { algorithm, data: algorithm === "rsa-sha256" ? data : digest, digest, signal };
    const signature: unknown = await answered(ask, request);
    if (!(signature instanceof Uint8Array))
      throw unsigned(`expected a Uint8Array from the function, got ${described(signature)}`);
    const { length } = signature;
    const fits = algorithm === "rsa-sha256" ? length >= rsaBits.least / 8 : length === 64;
    if (!fits) throw unsigned(`expected a signature by ${algorithm} from the function, got ${length} bytes`);
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
