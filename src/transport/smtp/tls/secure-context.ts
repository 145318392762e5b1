import { readFileSync } from "node:fs";
// Not as a namespace: webpack imports by name what is read from one, and Node 20 lacks getCACertificates.
import tls from "node:tls";
import { refuseOption } from "../../../text/options/option-reader.ts";
import type { TlsIdentity, TlsVersion } from "./tls-identity.ts";

/** What a context is made of. */
export interface SecureContextFields {
  /** Certificates to trust besides those that Node trusts, in PEM. */
  readonly rootCertificates: readonly string[];
  readonly identity?: TlsIdentity | undefined;
  readonly minVersion: TlsVersion;
}

/**
 * The context of OpenSSL in which connections are encrypted.
 *
 * @throws EnvoiError of kind `"configuration"` if certificate and key of the identity cannot be used.
 */
export function secureContext(fields: SecureContextFields): tls.SecureContext {
  if (fields.identity !== undefined) return newContext(fields);
  const key = [fields.minVersion, ...fields.rootCertificates].join();
  if (last?.key !== key) last = { key, context: newContext(fields) };
  return last.context;
}

/**
 * The one made last: most programs trust the same in all their transports, and to read so many certificates takes a
 * while.
 */
let last: { readonly key: string; readonly context: tls.SecureContext } | undefined;

function newContext({ rootCertificates, identity, minVersion }: SecureContextFields): tls.SecureContext {
  try {
    return tls.createSecureContext({
      minVersion,
      ...(rootCertificates.length > 0 && {
        ca: [...trustedByNode(), ...rootCertificates],
        // One that is trusted by name need not be an authority.
        allowPartialTrustChain: true,
      }),
      ...(identity !== undefined && { cert: identity.certificate, key: identity.key }),
      ...(identity?.passphrase !== undefined && { passphrase: identity.passphrase }),
    });
  } catch (cause) {
    throw refuseOption("identity", problem(cause, identity), undefined, cause);
  }
}

/** What Node trusts by default and by NODE_EXTRA_CA_CERTS. */
export function trustedByNode(): readonly string[] {
  const { getCACertificates } = tls as {
    readonly getCACertificates?: (type: "default") => readonly string[];
  };
  if (getCACertificates !== undefined) return getCACertificates("default");
  const file = process.env["NODE_EXTRA_CA_CERTS"];
  if (!file) return tls.rootCertificates;
  try {
    return [...tls.rootCertificates, readFileSync(file, "utf8")];
  } catch {
    // Node has warned of it when it started.
    return tls.rootCertificates;
  }
}

function problem(cause: unknown, identity: TlsIdentity | undefined): string {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  if (/KEY_VALUES_MISMATCH|KEY_TYPE_MISMATCH/.test(code)) return "the key is not that of the certificate";
  if (/NO_START_LINE/.test(code)) return "the certificate is not in PEM";
  // One wrong passphrase of some 256 goes unnoticed, and opens a key that is none.
  if (ENCRYPTED.test(String(identity?.key))) {
    return identity?.passphrase === undefined
      ? "the key is encrypted, and there is no passphrase"
      : "the passphrase does not open the key";
  }
  if (/DECODER|UNSUPPORTED/.test(code)) return "the key is not a private key in PEM";
  return `certificate and key cannot be used${code && ` (${code})`}`;
}

/** In PKCS #8 (RFC 7468 section 11), and in the older form of OpenSSL (RFC 1421 section 4.6.1.1). */
const ENCRYPTED = /^(?:-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: *4, *ENCRYPTED)/m;
