/** Charsets other than UTF-8, by iconv-lite, whose tables cost 8 ms to load and so are loaded when first asked for. */

/** A charset in both directions. */
export interface Codec {
  /** What the charset lacks is silently replaced; compare with what `decode` gives back. */
  readonly encode: (text: string) => Buffer;
  readonly decode: (octets: Buffer) => string;
}

/** Encodings of octets that iconv-lite knows beside its charsets. */
const notCharsets = /^(?:base64|hex|binary)$/i;

/** The codec of a charset by its name, in any case; `undefined` if there is none. */
export async function loadCodec(name: string): Promise<Codec | undefined> {
  if (typeof name !== "string" || !/^[A-Za-z0-9_.:-]{1,40}$/.test(name) || notCharsets.test(name))
    return undefined;
  const { default: iconv } = await import("iconv-lite");
  if (!iconv.encodingExists(name)) return undefined;
  return { encode: (text) => iconv.encode(text, name), decode: (octets) => iconv.decode(octets, name) };
}
