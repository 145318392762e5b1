/** One of the pieces of information at the end of a PROXY header of version 2. */
export interface ProxyTlv {
  /** The number of the type, from 0 to 255; `0x05`, for example, is an id of the connection. */
  readonly type: number;
  /** The value, of which the type says what it means. */
  readonly value: Buffer;
}

/** What a proxy says about the TLS connection of its client (`PP2_TYPE_SSL`). Nothing of it is verified. */
export interface ProxyTls {
  /** The version, such as `"TLSv1.3"`. */
  readonly protocol: string | undefined;
  /** The cipher suite, as the proxy names it. HAProxy uses OpenSSL's names. */
  readonly cipher: string | undefined;
  /** The name that the client asked for (SNI). */
  readonly servername: string | undefined;
  /** The common name in the client's certificate. */
  readonly commonName: string | undefined;
  /** Whether the client has a certificate, and the proxy says that it is valid. */
  readonly verified: boolean;
}

/** The type of the checksum. */
export const CRC32C = 0x03;
const AUTHORITY = 0x02;
const SSL = 0x20;
const SSL_VERSION = 0x21;
const SSL_CN = 0x22;
const SSL_CIPHER = 0x23;

/** Reads TLVs: `undefined` if the octets are not whole TLVs, or if one that may stand once is there twice. */
export function readTlvs(octets: Buffer): readonly ProxyTlv[] | undefined {
  const tlvs: ProxyTlv[] = [];
  const once = new Set<number>();
  for (let at = 0; at < octets.length; ) {
    if (at + 3 > octets.length) return undefined;
    const type = octets[at] as number;
    const end = at + 3 + octets.readUInt16BE(at + 1);
    if (end > octets.length) return undefined;
    if (type === CRC32C || type === SSL) {
      if (once.has(type)) return undefined;
      once.add(type);
    }
    tlvs.push({ type, value: octets.subarray(at + 3, end) });
    at = end;
  }
  return tlvs;
}

/**
 * What TLVs say about the client's TLS connection: `undefined` if it has none.
 *
 * @returns `"malformed"` for an SSL TLV that is not whole
 */
export function readProxyTls(tlvs: readonly ProxyTlv[]): ProxyTls | undefined | "malformed" {
  const ssl = valueIn(tlvs, SSL);
  if (ssl === undefined) return undefined;
  const inner = ssl.length < 5 ? undefined : readTlvs(ssl.subarray(5));
  if (inner === undefined) return "malformed";
  const flags = ssl[0] as number;
  if ((flags & CLIENT_SSL) === 0) return undefined;
  return {
    protocol: word(valueIn(inner, SSL_VERSION)),
    cipher: word(valueIn(inner, SSL_CIPHER)),
    servername: word(valueIn(tlvs, AUTHORITY)),
    commonName: line(valueIn(inner, SSL_CN)),
    verified: (flags & CLIENT_CERTIFICATE) !== 0 && ssl.readUInt32BE(1) === 0,
  };
}

const CLIENT_SSL = 0x01;
/** In this connection, or in the session that it resumes. */
const CLIENT_CERTIFICATE = 0x06;

function valueIn(tlvs: readonly ProxyTlv[], type: number): Buffer | undefined {
  return tlvs.find((tlv) => tlv.type === type)?.value;
}

/** A name that may stand in a header field as it is. */
function word(value: Buffer | undefined): string | undefined {
  const text = value?.toString("latin1") ?? "";
  return /^[\w.+:-]{1,255}$/.test(text) ? text : undefined;
}

function line(value: Buffer | undefined): string | undefined {
  const text = value?.toString("utf8") ?? "";
  return text === "" || /[\p{Cc}\ufffd]/u.test(text) ? undefined : text;
}
