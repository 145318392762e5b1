import { createSocket, type RemoteInfo } from "node:dgram";

/** What the server answers: a response code and records, or nothing at all. */
export interface DnsReply {
  readonly code?: number;
  readonly records?: readonly { readonly name?: string; readonly type: number; readonly data: Buffer }[];
}

/** A DNS server for one test, over UDP on a port of its own. */
export interface DnsServer {
  readonly address: string;
  /** The questions that arrived: the name with its labels divided by `|`, and the number of the type. */
  readonly asked: string[];
  close(): void;
}

/** Starts a server that answers by a function; `undefined` is silence. */
export async function dnsServer(
  answer: (name: string, type: number) => DnsReply | undefined,
): Promise<DnsServer> {
  const socket = createSocket("udp4");
  const asked: string[] = [];
  socket.on("message", (message, from) => {
    const { labels, end } = labelsOf(message);
    const type = message.readUInt16BE(end);
    asked.push(`${labels.join("|")} ${type}`);
    const reply = answer(labels.join("."), type);
    if (reply !== undefined) send(encode(message.subarray(0, end + 4), reply), from);
  });
  const send = (octets: Buffer, { port, address }: RemoteInfo) => socket.send(octets, port, address);
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  return { address: `127.0.0.1:${socket.address().port}`, asked, close: () => socket.close() };
}

/** A name in the form of the wire. */
export function wireName(name: string): Buffer {
  const labels = name === "" ? [] : name.split(".");
  return Buffer.concat([
    ...labels.flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)]),
    Buffer.of(0),
  ]);
}

function labelsOf(message: Buffer): { labels: string[]; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { labels, end: at + 1 };
}

function encode(question: Buffer, { code = 0, records = [] }: DnsReply): Buffer {
  const head = Buffer.from(question);
  head.writeUInt16BE(0x8180 | code, 2);
  head.writeUInt16BE(records.length, 6);
  head.writeUInt32BE(0, 8);
  const answers = records.flatMap(({ name, type, data }) => {
    const fixed = Buffer.alloc(10);
    fixed.writeUInt16BE(type, 0);
    fixed.writeUInt16BE(1, 2);
    fixed.writeUInt32BE(7, 4);
    fixed.writeUInt16BE(data.length, 8);
    return [name === undefined ? Buffer.of(0xc0, 12) : wireName(name), fixed, data];
  });
  return Buffer.concat([head, ...answers]);
}
