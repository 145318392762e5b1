import { Header } from "./header.ts";

/** How the octets of a body are written (RFC 2045 section 6). */
export type TransferEncoding = "7bit" | "8bit" | "binary" | "quoted-printable" | "base64";

/** The field that names an encoding; the parts of all messages share it. */
export function transferEncodingHeader(encoding: TransferEncoding): Header {
  let header = headers.get(encoding);
  if (header === undefined) {
    const name = "Content-Transfer-Encoding";
    header = Header.formatted(name, encoding, `${name}: ${encoding}`);
    headers.set(encoding, header);
  }
  return header;
}

const headers = new Map<TransferEncoding, Header>();
