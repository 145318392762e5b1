/** What mail data comes to. */
export interface PlainReading {
  readonly content: string;
  /** What follows the end, where there is one. */
  readonly rest?: string;
  readonly fault: boolean;
}

/** What RFC 5321 says of mail data, in the plainest way. */
export function readPlainly(wire: string, lenient: boolean): PlainReading {
  const end = wire.startsWith(".\r\n") ? 0 : wire.indexOf("\r\n.\r\n") + 2;
  const ended = end !== 1;
  const data = ended ? wire.slice(0, end) : wire;
  // Of what has not ended, the last octets may still become part of the end.
  const open = ended ? data : data.replace(/(^|\r\n)\.\r?$/, "$1");
  const fault = !lenient && /\0|\r(?!\n|$)|(?<!\r)\n/.test(data);
  const content = open.replace(/(^|\r\n)\./g, "$1");
  return ended ? { content, rest: wire.slice(end + 3), fault } : { content, fault };
}
