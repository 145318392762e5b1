import { X509Certificate } from "node:crypto";
import { refuseOption, wrongOption } from "../../../text/options/option-reader.ts";

/**
 * The certificates in a text in PEM, or the one in DER, each as separate PEM; text between them is left out.
 *
 * @throws EnvoiError of kind `"configuration"` if there is none, or one of them cannot be read.
 */
export function certificatesIn(given: unknown, field: string): readonly string[] {
  const text = typeof given === "string" ? given : textOf(given, field);
  const blocks = text.match(BLOCK) ?? [];
  const openings = text.split(OPENING).length - 1;
  if (blocks.length === 0 || blocks.length !== openings)
    throw refuseOption(field, "expected a certificate in PEM, which begins with -----BEGIN CERTIFICATE-----");
  return blocks.map((block, index) => {
    try {
      return new X509Certificate(block).toString();
    } catch (cause) {
      const which = blocks.length === 1 ? "the certificate" : `certificate ${index + 1} of ${blocks.length}`;
      throw refuseOption(field, `${which} cannot be read`, undefined, cause);
    }
  });
}

function textOf(given: unknown, field: string): string {
  if (!(given instanceof Uint8Array)) throw wrongOption(field, "a certificate in PEM or DER", given);
  const octets = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  // DER begins with the tag of a sequence.
  if (octets[0] !== 0x30) return octets.toString("latin1");
  try {
    return new X509Certificate(octets).toString();
  } catch (cause) {
    throw refuseOption(field, "the certificate cannot be read as DER", undefined, cause);
  }
}

const OPENING = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/;
const BLOCK =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[A-Za-z0-9+/=\s]*-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;
