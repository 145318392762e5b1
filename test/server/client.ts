import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { type ConnectionOptions, connect as connectTls } from "node:tls";

/** A client that says exactly what it is told. */
export class Client implements AsyncDisposable {
  #socket: Socket;
  #heard = "";
  #closed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen();
  }

  /** `at`: a port of this machine, or the path of a Unix socket; `from`: the address to come from. */
  static async connect(at: number | string, tls?: ConnectionOptions, from?: string): Promise<Client> {
    const socket = tls
      ? connectTls({ port: Number(at), host: "127.0.0.1", ...tls })
      : connect({
          ...(typeof at === "string" ? { path: at } : { port: at, host: "127.0.0.1" }),
          ...(from !== undefined && { localAddress: from }),
          allowHalfOpen: true,
        });
    const client = new Client(socket);
    await once(socket, tls ? "secureConnect" : "connect");
    return client;
  }

  /**
   * Connects, and sends octets first, as a proxy does: with TLS, together with the first octets of the handshake.
   */
  static async behind(at: number | string, octets: Buffer, tls?: ConnectionOptions): Promise<Client> {
    const socket = connect(typeof at === "string" ? { path: at } : { port: at, host: "127.0.0.1" });
    await once(socket, "connect");
    if (tls === undefined) {
      socket.write(octets);
      return new Client(socket);
    }
    const secured = connectTls({ socket: prefixed(socket, octets), ...tls });
    const client = new Client(secured);
    await once(secured, "secureConnect");
    return client;
  }

  get socket(): Socket {
    return this.#socket;
  }

  /** Says lines. */
  say(...lines: string[]): void {
    this.write(lines.map((line) => `${line}\r\n`).join(""));
  }

  write(octets: string | Buffer): void {
    this.#socket.write(octets);
  }

  /** The next reply, whole; the empty string where the connection closes first. */
  async reply(): Promise<string> {
    for (;;) {
      const reply = /^(?:\d{3}-.*\r\n)*\d{3} .*\r\n/.exec(this.#heard)?.[0];
      if (reply !== undefined) {
        this.#heard = this.#heard.slice(reply.length);
        return reply.trimEnd();
      }
      if (this.#closed) return this.#heard;
      await this.#news();
    }
  }

  /** Says a line and waits for the reply. */
  async ask(...lines: string[]): Promise<string> {
    this.say(...lines);
    return await this.reply();
  }

  /** As many replies. */
  async replies(count: number): Promise<string[]> {
    const all: string[] = [];
    while (all.length < count) all.push(await this.reply());
    return all;
  }

  /** Everything until the connection closes. */
  async rest(): Promise<string> {
    while (!this.#closed) await this.#news();
    return this.#heard;
  }

  /** Says STARTTLS and goes on over TLS. */
  async starttls(options: ConnectionOptions): Promise<void> {
    await this.ask("STARTTLS");
    this.#socket.removeAllListeners("data");
    this.#socket = connectTls({ socket: this.#socket, host: "127.0.0.1", ...options });
    this.#listen();
    await once(this.#socket, "secureConnect");
  }

  end(): void {
    this.#socket.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
  }

  /** Until something is heard or the connection closes; an error is told by the close that follows it. */
  async #news(): Promise<void> {
    const socket = this.#socket;
    const events = ["data", "end", "close"];
    await new Promise<void>((resolve) => {
      const heard = () => {
        for (const event of events) socket.off(event, heard);
        resolve();
      };
      for (const event of events) socket.on(event, heard);
    });
  }

  #listen(): void {
    this.#socket.on("data", (chunk: Buffer) => {
      this.#heard += chunk;
    });
    const closed = () => {
      this.#closed = true;
    };
    this.#socket
      .on("end", closed)
      .on("close", closed)
      .on("error", () => {});
  }
}

/** A stream like a socket, which sends octets together with the first ones that are written. */
function prefixed(socket: Socket, octets: Buffer): Duplex {
  let first: Buffer | undefined = octets;
  const stream = new Duplex({
    read: () => void socket.resume(),
    write(chunk: Buffer, _, done) {
      socket.write(first === undefined ? chunk : Buffer.concat([first, chunk]), done);
      first = undefined;
    },
    final: (done) => void socket.end(done),
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });
  socket.on("data", (chunk: Buffer) => {
    if (!stream.push(chunk)) socket.pause();
  });
  socket.on("end", () => stream.push(null));
  socket.on("close", () => stream.destroy());
  socket.on("error", () => {});
  return stream;
}
