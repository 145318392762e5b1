import { once } from "node:events";
import { type AddressInfo, createServer, type ListenOptions, type Server, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { type SecureContextOptions, TLSSocket } from "node:tls";

/** What a server does with a connection, from its beginning to its end; `nth` counts connections from 1. */
export type Script = (peer: Peer, nth: number) => Promise<void> | void;

/** A server that does what its script says, right or wrong; on a port of 127.0.0.1 unless it is told another place. */
export class ScriptedServer implements AsyncDisposable {
  readonly #server: Server;
  /** The connections so far. */
  readonly peers: Peer[] = [];
  readonly #scripts: Promise<void>[] = [];

  private constructor(script: Script) {
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      const peer = new Peer(socket);
      this.peers.push(peer);
      this.#scripts.push(run(script, peer, this.peers.length));
    });
  }

  static async start(script: Script, place: ListenOptions = {}): Promise<ScriptedServer> {
    const server = new ScriptedServer(script);
    server.#server.listen(place.path === undefined ? { port: 0, host: "127.0.0.1", ...place } : place);
    await once(server.#server, "listening");
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Closes, and throws what a script threw. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const peer of this.peers) peer.cut();
    await Promise.all(this.#scripts);
  }
}

async function run(script: Script, peer: Peer, nth: number): Promise<void> {
  try {
    await script(peer, nth);
  } catch (error) {
    if (error !== gone) throw error;
  }
}

const gone = new Error("the client has gone");

/** The other end of one connection, as a script sees it. */
export class Peer {
  #socket: Socket;
  /** All that has come, in clear or decrypted. */
  received: Buffer = Buffer.alloc(0);
  #read = 0;
  #ended = false;
  readonly #waiting = new Set<() => void>();

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen();
  }

  /** Whether neither end has closed the connection. */
  get open(): boolean {
    return !this.#ended && !this.#socket.destroyed && !this.#socket.writableEnded;
  }

  /** Whether something has come that nobody has heard yet. */
  get pending(): boolean {
    return this.#read < this.received.length;
  }

  /** Says lines, in one write. */
  say(...lines: string[]): void {
    this.send(Buffer.from(lines.map((line) => `${line}\r\n`).join("")));
  }

  /** Says lines, octet by octet, each in a packet of its own. */
  async sayByteByByte(...lines: string[]): Promise<void> {
    for (const octet of Buffer.from(lines.map((line) => `${line}\r\n`).join(""))) {
      this.send(Buffer.of(octet));
      await turnOfTheLoop();
    }
  }

  /** Sends octets as they are. */
  send(octets: Uint8Array | string): void {
    if (!this.#socket.destroyed) this.#socket.write(octets);
  }

  /** The next line of the client, without its end. */
  async hear(): Promise<string> {
    await this.#until(() => this.received.includes("\r\n", this.#read));
    const end = this.received.indexOf("\r\n", this.#read);
    const line = this.received.toString("utf8", this.#read, end);
    this.#read = end + 2;
    return line;
  }

  /** Reads a line, and answers it. */
  async answer(...lines: string[]): Promise<string> {
    const line = await this.hear();
    this.say(...lines);
    return line;
  }

  /** Reads content to its lone dot. */
  async hearContent(): Promise<string> {
    await this.#until(() => this.received.subarray(this.#read).toString("latin1").search(END) !== -1);
    const text = this.received.toString("utf8", this.#read);
    const content = text.slice(0, text.search(END));
    this.#read += Buffer.byteLength(content) + ".\r\n".length;
    return content;
  }

  /** Resolves when this many octets have come. */
  async octets(count: number): Promise<void> {
    await this.#until(() => this.received.length >= count);
  }

  /** Resolves when the client has closed its end. */
  async closed(): Promise<void> {
    await this.#until(() => this.#ended).catch(() => {});
  }

  /** Takes nothing more from the socket. */
  stall(): void {
    this.#socket.pause();
  }

  /** Closes this direction only. */
  halfClose(): void {
    this.#socket.end();
  }

  /** Ends the connection by RST. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  /** Ends the connection. */
  cut(): void {
    this.#socket.destroy();
  }

  /** Makes the handshake of TLS as the server; `behind` goes out in clear, in one write with its first flight. */
  async secure(options: SecureContextOptions, behind?: Uint8Array): Promise<void> {
    this.#socket.removeAllListeners("data");
    const plain = behind === undefined ? this.#socket : appending(this.#socket, behind);
    const secured = new TLSSocket(plain, { isServer: true, ...options });
    this.#socket = secured;
    this.#listen();
    await new Promise<void>((resolve, reject) => {
      secured.on("secure", resolve);
      secured.on("close", () => reject(gone));
    });
  }

  #listen(): void {
    this.#socket.on("data", (octets: Buffer) => {
      this.received = Buffer.concat([this.received, octets]);
      this.#changed();
    });
    const end = () => {
      this.#ended = true;
      this.#changed();
    };
    this.#socket.on("end", end).on("close", end).on("error", end);
  }

  #changed(): void {
    for (const look of this.#waiting) look();
    this.#waiting.clear();
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.#ended) throw gone;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }
}

/** The socket, but that something is added to the first octets that are written to it. */
function appending(socket: Socket, behind: Uint8Array): Duplex {
  let rest = behind;
  const stream = new Duplex({
    read() {},
    write(octets: Buffer, _, done) {
      socket.write(Buffer.concat([octets, rest]));
      rest = Buffer.alloc(0);
      done();
    },
  });
  socket.on("data", (octets) => stream.push(octets)).on("end", () => stream.push(null));
  return stream;
}

/** The end of content. */
const END = /(?<=^|\r\n)\.\r\n/;
