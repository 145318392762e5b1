import { createSecureContext } from "node:tls";
import { group, listOf, oneOf, text } from "../../../text/options/option-kinds.ts";
import { type OptionReaders, refuseOption } from "../../../text/options/option-reader.ts";
import { certificateFlaws } from "../../certificates/server-certificate.ts";
import type { TlsChanges, TlsVersion } from "../definition/fault.ts";

/**
 * Reads what a fault changes about a TLS handshake.
 *
 * @throws EnvoiError of kind `"configuration"`.
 */
export function readTlsChanges(value: unknown, field: string): TlsChanges {
  const changes = group(readers)(value, field);
  const { minVersion, maxVersion } = changes;
  if (minVersion !== undefined && maxVersion !== undefined && minVersion > maxVersion)
    throw refuseOption(`${field}.minVersion`, "is above maxVersion");
  if (Object.keys(changes).length === 0)
    throw refuseOption(field, `expected one of ${Object.keys(readers).join(", ")}, got none of them`);
  return changes;
}

/** In ascending order, which is also that of the alphabet. */
const version = oneOf<TlsVersion>(["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]);

const readers: OptionReaders<TlsChanges> = {
  minVersion: version,
  maxVersion: version,
  ciphers: readCiphers,
  certificate: oneOf(certificateFlaws),
  clientCertificate: oneOf(["required"]),
  alpn: listOf(text),
};

function readCiphers(value: unknown, field: string): string {
  const ciphers = text(value, field);
  try {
    createSecureContext({ ciphers });
  } catch (error) {
    throw refuseOption(field, error instanceof Error ? error.message : String(error), undefined, error);
  }
  return ciphers;
}
