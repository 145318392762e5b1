import { createSecureContext, DEFAULT_CIPHERS, type SecureVersion } from "node:tls";
import { reasonOf } from "../../errors.ts";
import { refuseOption } from "../../text/options/option-reader.ts";

/** How a listener speaks TLS, whichever certificate it shows. */
export interface TlsSettings {
  readonly minVersion?: SecureVersion | undefined;
  readonly maxVersion?: SecureVersion | undefined;
  /** The ciphers, as OpenSSL writes them. */
  readonly ciphers?: string | undefined;
  /** Refuses clients that offer only other protocols (ALPN). */
  readonly alpn?: readonly string[] | undefined;
}

/**
 * Resolves the options `minVersion` and `ciphers` of a listener. TLS before 1.2 signs with SHA-1, which OpenSSL allows
 * on security level 0 only; so a listener that must support it gets that level. Ciphers without encryption or
 * without authentication, which that level would allow, are left out always.
 *
 * @param prefix of the fields, for errors: `"listeners[1]."`
 * @throws EnvoiError of kind `"configuration"` if OpenSSL knows no such cipher, or if the ciphers rule out the version.
 */
export function resolveTlsSettings(
  { minVersion, ciphers }: Pick<TlsSettings, "minVersion" | "ciphers">,
  prefix: string,
): TlsSettings {
  const isOld = minVersion === "TLSv1" || minVersion === "TLSv1.1";
  const level = /@SECLEVEL=(\d)/.exec(ciphers ?? "")?.[1];
  if (isOld && level !== undefined && level !== "0")
    throw refuseOption(
      `${prefix}ciphers`,
      `@SECLEVEL=${level} rules out ${minVersion}`,
      "Write @SECLEVEL=0, or leave it out",
    );
  const only13 = ciphers?.split(":").every((cipher) => cipher.startsWith("TLS_"));
  if (isOld && only13)
    throw refuseOption(
      `${prefix}ciphers`,
      `has only ciphers of TLS 1.3, which rule out ${minVersion}`,
      "Add ciphers of older versions, or leave ciphers out",
    );
  if (ciphers === undefined && !isOld) return { minVersion };
  const listed = [
    ciphers ?? DEFAULT_CIPHERS,
    ...(isOld && level === undefined ? ["@SECLEVEL=0"] : []),
    "!aNULL",
    "!eNULL",
  ];
  // A list of nothing but suites of TLS 1.3 must stay one: Node then speaks no other version.
  const settings = { minVersion, ciphers: only13 ? ciphers : listed.join(":") };
  try {
    createSecureContext(settings);
  } catch (error) {
    throw refuseOption(`${prefix}ciphers`, `OpenSSL refuses them: ${reasonOf(error)}`, undefined, error);
  }
  return settings;
}

/**
 * Whether a handshake is possible with a key of one of these types. TLS 1.3 has the same ciphers for all keys; those
 * of older versions are each for one type.
 */
export function fitsKeys(
  { minVersion, ciphers }: Pick<TlsSettings, "minVersion" | "ciphers">,
  keyTypes: readonly string[],
): boolean {
  if (ciphers === undefined || ciphers.includes("TLS_") || minVersion === "TLSv1.3") return true;
  const useless = keysOfCiphers.filter(([, types]) => !types.some((type) => keyTypes.includes(type)));
  try {
    createSecureContext({ ciphers: [ciphers, ...useless.map(([group]) => `!${group}`)].join(":") });
    return true;
  } catch (error) {
    // OpenSSL refuses a list from which nothing is left.
    return (error as NodeJS.ErrnoException).code !== "ERR_SSL_NO_CIPHER_MATCH";
  }
}

/** Groups of ciphers, as OpenSSL calls them, with the types of keys that they need. The last ones need other things. */
const keysOfCiphers: readonly (readonly [group: string, keyTypes: readonly string[]])[] = [
  ["kRSA", ["rsa"]],
  ["aRSA", ["rsa", "rsa-pss"]],
  ["aECDSA", ["ec", "ed25519", "ed448"]],
  ["aDSS", ["dsa"]],
  ["aNULL", []],
  ["PSK", []],
  ["SRP", []],
];
