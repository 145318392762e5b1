/** What a client says first in a TLS handshake, as far as it matters which certificate it is shown. */
export interface ClientHello {
  /**
   * The name that the client asks for (SNI, RFC 6066 section 3), as it wrote it; `undefined` if it is no word that may
   * stand in a log or a header field as it is.
   */
  readonly servername: string | undefined;
}

/**
 * Reads the ClientHello of TLS 1.0 to 1.3 (RFC 8446 section 4.1.2) from the first octets of a connection. It finds the
 * name only: OpenSSL reads the same octets and judges them. So what cannot be read is a hello without a name.
 *
 * @returns `undefined` if more octets must arrive first, which are 16 kB at most.
 */
export function readClientHello(octets: Buffer): ClientHello | undefined {
  const message = handshakeMessage(octets);
  if (message === undefined) return octets.length < LONGEST ? undefined : nameless;
  return { servername: serverName(new Fields(message)) };
}

/** OpenSSL takes a hello of 128 kB; those with the keys of post-quantum cryptography have less than 4. */
const LONGEST = 16_384;

const nameless: ClientHello = { servername: undefined };

/**
 * The body of the first handshake message, without its header: it may be spread over several records. Empty if this is
 * no ClientHello; `undefined` if it has not arrived whole.
 */
function handshakeMessage(octets: Buffer): Buffer | undefined {
  const parts: Buffer[] = [];
  let length = 0;
  let whole = Number.POSITIVE_INFINITY;
  for (let at = 0; at < octets.length; ) {
    if (octets[at] !== HANDSHAKE_RECORD) return NOTHING;
    if (at + RECORD_HEADER > octets.length) return undefined;
    const end = at + RECORD_HEADER + octets.readUInt16BE(at + 3);
    const part = octets.subarray(at + RECORD_HEADER, end);
    // An empty record would only be there to confuse.
    if (end === at + RECORD_HEADER) return NOTHING;
    parts.push(part);
    length += part.length;
    at = end;
    if (parts[0]?.[0] !== CLIENT_HELLO && length > 0) return NOTHING;
    if (whole === Number.POSITIVE_INFINITY && length >= MESSAGE_HEADER)
      whole = MESSAGE_HEADER + Buffer.concat(parts).readUIntBE(1, 3);
    if (length >= whole) return Buffer.concat(parts).subarray(MESSAGE_HEADER, whole);
  }
  return undefined;
}

function serverName(hello: Fields): string | undefined {
  hello.skip(VERSION_AND_RANDOM);
  hello.vector(1);
  hello.vector(2);
  hello.vector(1);
  const extensions = new Fields(hello.vector(2));
  while (!extensions.over) {
    const type = extensions.number(2);
    const content = extensions.vector(2);
    if (type !== SERVER_NAME) continue;
    const names = new Fields(new Fields(content).vector(2));
    while (!names.over) {
      const kind = names.number(1);
      const name = names.vector(2);
      if (kind === HOST_NAME) return word(name.toString("latin1"));
    }
  }
  return undefined;
}

/** OpenSSL takes any octets but NUL for a name. */
function word(name: string): string | undefined {
  return /^[\w.:-]{1,255}$/.test(name) ? name : undefined;
}

/** Reads numbers and vectors (RFC 8446 section 3). Behind the end everything is empty. */
class Fields {
  readonly #octets: Buffer;
  #at = 0;

  constructor(octets: Buffer) {
    this.#octets = octets;
  }

  get over(): boolean {
    return this.#at >= this.#octets.length;
  }

  skip(octets: number): void {
    this.#at += octets;
  }

  number(octets: number): number {
    const at = this.#at;
    this.#at += octets;
    return this.#at > this.#octets.length ? 0 : this.#octets.readUIntBE(at, octets);
  }

  /** A vector after its length, which has that many octets. */
  vector(lengthOctets: number): Buffer {
    const length = this.number(lengthOctets);
    const at = this.#at;
    this.#at += length;
    return this.#octets.subarray(at, this.#at);
  }
}

const NOTHING = Buffer.alloc(0);
const HANDSHAKE_RECORD = 22;
const RECORD_HEADER = 5;
const CLIENT_HELLO = 1;
const MESSAGE_HEADER = 4;
const VERSION_AND_RANDOM = 34;
const SERVER_NAME = 0;
const HOST_NAME = 0;
