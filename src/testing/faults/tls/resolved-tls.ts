import { createSecureContext } from "node:tls";
import { checkNames } from "../../../text/known-names.ts";
import { certificateFlaws } from "../../certificates/server-certificate.ts";
import type { TlsChanges } from "../definition/fault.ts";
import { lines, oneOf, refuseFault } from "../definition/fault-fields.ts";

/**
 * Looks through what is to be otherwise in a handshake.
 *
 * @throws EnvoiError of kind `"configuration"` which names the field.
 */
export function resolveTls(changes: TlsChanges): TlsChanges {
  checkNames(changes, names, (problem) => refuseFault("tls", problem));
  const { minVersion, maxVersion, ciphers, alpn } = changes;
  oneOf("tls.minVersion", minVersion, [undefined, ...versions]);
  oneOf("tls.maxVersion", maxVersion, [undefined, ...versions]);
  if (minVersion !== undefined && maxVersion !== undefined && minVersion > maxVersion)
    throw refuseFault("tls.minVersion", "is above maxVersion");
  if (ciphers !== undefined) checkCiphers(ciphers);
  oneOf("tls.certificate", changes.certificate, [undefined, ...certificateFlaws]);
  oneOf("tls.clientCertificate", changes.clientCertificate, [undefined, "required"]);
  lines("tls.alpn", alpn);
  if (Object.values(changes).every((value) => value === undefined))
    throw refuseFault("tls", `changes nothing: there are ${names.join(", ")}`);
  return { ...changes };
}

function checkCiphers(ciphers: unknown): void {
  try {
    createSecureContext({ ciphers: ciphers as string });
  } catch (error) {
    throw refuseFault("tls.ciphers", error instanceof Error ? error.message : String(error));
  }
}

const names: readonly (keyof TlsChanges)[] = [
  ...(["minVersion", "maxVersion", "ciphers", "certificate", "clientCertificate", "alpn"] as const),
];

/** In their order, which is that of the alphabet. */
const versions = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const;
