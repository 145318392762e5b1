import { createHash, timingSafeEqual } from "node:crypto";
import { EnvoiError } from "../../errors.ts";
import { saslText } from "./mechanism.ts";
import { saslprep } from "./saslprep.ts";
import {
  clientKeyOf,
  digest,
  type HashName,
  hmac,
  type KeyDerivation,
  type ScramKeys,
} from "./scram-keys.ts";
import type { Channel, ServerContext, ServerHalf, ServerMechanism } from "./server-mechanism.ts";

/** What the client's half must know. */
export interface ScramSecret {
  readonly user: string;
  readonly password: string;
  /** A random text: printable, without a comma. */
  readonly nonce: string;
  /**
   * The channel binding, for -PLUS; without -PLUS, whether the client could have used it if the server had offered it.
   */
  readonly binding?: { readonly type: string; readonly octets: Buffer } | "unused";
}

/**
 * The client's half: yields what it sends, or a key to derive, and is resumed with a challenge, or that key. It returns
 * when the server has proved that it knows the password too; otherwise the server must not be believed.
 */
export type ScramClient = Generator<Buffer | KeyDerivation, void, Buffer>;

/** A mechanism of the SCRAM family (RFC 5802), both halves in one place. */
export interface ScramMechanism extends ServerMechanism {
  /**
   * @throws EnvoiError of kind `"authentication"` if the server violates the protocol, or does not know the password.
   */
  client(secret: ScramSecret): ScramClient;
}

/** SCRAM-SHA-1 (RFC 5802). */
export const scramSha1: ScramMechanism = scram("SCRAM-SHA-1", "sha1");
/** SCRAM-SHA-256 (RFC 7677). */
export const scramSha256: ScramMechanism = scram("SCRAM-SHA-256", "sha256");
/** SCRAM-SHA-1-PLUS: bound to the TLS connection. */
export const scramSha1Plus: ScramMechanism = scram("SCRAM-SHA-1-PLUS", "sha1");
/** SCRAM-SHA-256-PLUS: bound to the TLS connection. */
export const scramSha256Plus: ScramMechanism = scram("SCRAM-SHA-256-PLUS", "sha256");

function scram(name: string, hash: HashName): ScramMechanism {
  const plus = name.endsWith("-PLUS");
  return {
    name,
    client: (secret) => client(hash, plus, secret),
    server: (context) => server(hash, plus, context),
    ...(plus && { available: ({ bindings }: Channel) => bindings.size > 0 }),
  };
}

function* client(hash: HashName, plus: boolean, secret: ScramSecret): ScramClient {
  const { password, nonce, binding } = secret;
  const user = saslprep(secret.user) ?? secret.user;
  const bound = plus && typeof binding === "object" ? binding : undefined;
  const header = bound ? `p=${bound.type},,` : `${binding === undefined ? "n" : "y"},,`;
  const first = `n=${escapeName(user)},r=${nonce}`;
  const serverFirst = (yield Buffer.from(header + first)).toString("utf8");
  const match = /^r=([!-+\--~]+),s=([A-Za-z0-9+/]+={0,2}),i=(\d{1,8})(?:,|$)/.exec(serverFirst);
  const iterations = Number(match?.[3]);
  if (match === null || !isOurs(match[1] as string, nonce)) throw untrue("its challenge is malformed");
  if (iterations < FEWEST_ITERATIONS || iterations > MOST_ITERATIONS)
    throw untrue(`it asks for ${iterations} iterations`);
  const salt = Buffer.from(match[2] as string, "base64");
  const salted = yield { hash, password, salt, iterations };
  const bindingText = Buffer.concat([Buffer.from(header), bound?.octets ?? NOTHING]).toString("base64");
  const final = `c=${bindingText},r=${match[1]}`;
  const message = `${first},${serverFirst},${final}`;
  const clientKey = clientKeyOf(hash, salted);
  const proof = xor(clientKey, hmac(hash, digest(hash, clientKey), message));
  const serverFinal = (yield Buffer.from(`${final},p=${proof.toString("base64")}`)).toString("utf8");
  const expected = hmac(hash, hmac(hash, salted, "Server Key"), message).toString("base64");
  // The client refuses, and ends the exchange with a last response.
  if (serverFinal.startsWith("e=")) yield NOTHING;
  if (!isSame(/^v=([^,]*)/.exec(serverFinal)?.[1] ?? "", expected))
    throw untrue("it has not proved that it knows the password");
}

function* server(hash: HashName, plus: boolean, { channel, nonce }: ServerContext): ServerHalf {
  const opening = readFirst(yield NOTHING);
  if (opening === undefined || opening.user === "") return undefined;
  const { header, flag, first, user } = opening;
  // A client that believes that -PLUS was not offered, although it was, is under attack (RFC 5802 6).
  if (plus ? !flag.startsWith("p=") : flag.startsWith("p=")) return undefined;
  if (flag === "y" && channel.bindings.size > 0) return undefined;
  const bound = plus ? channel.bindings.get(flag.slice(2)) : NOTHING;
  if (bound === undefined) return undefined;
  const keys = (yield { user, hash }) as ScramKeys;
  const serverFirst = `r=${opening.nonce}${nonce},s=${keys.salt.toString("base64")},i=${keys.iterations}`;
  const response = saslText((yield Buffer.from(serverFirst)) as Buffer) ?? "";
  const match =
    /^(c=([A-Za-z0-9+/]*={0,2}),r=([!-+\--~]+)(?:,[A-Za-z]=[^,]*)*),p=([A-Za-z0-9+/]+={0,2})$/.exec(response);
  if (match === null) return undefined;
  const binding = Buffer.concat([Buffer.from(header), bound]).toString("base64");
  const message = `${first},${serverFirst},${match[1]}`;
  const proof = Buffer.from(match[4] as string, "base64");
  const signature = hmac(hash, keys.storedKey, message);
  const shown = digest(hash, xor(signature, proof));
  const known =
    proof.length === signature.length &&
    shown.length === keys.storedKey.length &&
    timingSafeEqual(shown, keys.storedKey);
  const proved = known && match[2] === binding && match[3] === opening.nonce + nonce;
  return { proved, serverProof: Buffer.from(`v=${hmac(hash, keys.serverKey, message).toString("base64")}`) };
}

interface Opening {
  readonly header: string;
  readonly flag: string;
  readonly first: string;
  readonly user: string;
  readonly nonce: string;
}

/**
 * client-first-message. The identity to act for, if given, must be the user's own; mandatory extensions are not
 * supported.
 */
function readFirst(response: Buffer | ScramKeys): Opening | undefined {
  const text = Buffer.isBuffer(response) ? saslText(response) : undefined;
  const match =
    /^((n|y|p=[A-Za-z0-9.-]+),(?:a=([^,]*))?,)(n=([^,]*),r=([!-+\--~]{1,512})(?:,[A-Za-z]=[^,]*)*)$/.exec(
      text ?? "",
    );
  if (match === null) return undefined;
  const user = unescapeName(match[5] as string);
  const authorise = match[3] === undefined ? user : unescapeName(match[3]);
  if (user === undefined || authorise !== user) return undefined;
  return {
    header: match[1] as string,
    flag: match[2] as string,
    first: match[4] as string,
    user: saslprep(user) ?? user,
    nonce: match[6] as string,
  };
}

/** saslname (RFC 5802 5.1). */
function escapeName(name: string): string {
  return name.replaceAll("=", "=3D").replaceAll(",", "=2C");
}

function unescapeName(text: string): string | undefined {
  if (/=(?!2C|3D)/.test(text)) return undefined;
  return text.replaceAll("=2C", ",").replaceAll("=3D", "=");
}

/** The server's nonce must begin with the client's. */
function isOurs(nonce: string, ours: string): boolean {
  return nonce.startsWith(ours) && nonce.length > ours.length;
}

function xor(left: Buffer, right: Buffer): Buffer {
  return Buffer.from(left.map((octet, index) => octet ^ (right[index] ?? 0)));
}

function isSame(shown: string, expected: string): boolean {
  const hashed = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hashed(shown), hashed(expected));
}

function untrue(reason: string): EnvoiError {
  return new EnvoiError(`the server cannot be trusted with SCRAM: ${reason}`, {
    kind: "authentication",
    delivery: "not-sent",
    transient: false,
    permanent: true,
  });
}

const NOTHING = Buffer.alloc(0);

/** RFC 7677 4: with fewer, guessing passwords is too easy. */
const FEWEST_ITERATIONS = 4096;
/** More would keep the client busy for seconds. */
const MOST_ITERATIONS = 1_000_000;
