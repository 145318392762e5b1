import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/**
 * A load balancer in front of servers that take turns and do not know each other's tickets: a handshake that shows a
 * ticket of another is cut, as some appliances do.
 */
export class Balancer implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets: Set<Socket> = new Set();
  /** For each connection, whether it was cut for its ticket. */
  readonly cut: boolean[] = [];

  private constructor(ports: readonly number[]) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      const port = ports[this.cut.length % ports.length] as number;
      const turn = this.cut.push(false) - 1;
      socket.on("error", () => {});
      socket.once("data", (hello) => {
        this.cut[turn] = showsTicket(hello);
        if (this.cut[turn]) {
          socket.resetAndDestroy();
          return;
        }
        const onward = connect(port, "127.0.0.1");
        this.#sockets.add(onward);
        onward.on("error", () => {});
        onward.write(hello);
        socket.pipe(onward).pipe(socket);
      });
    });
  }

  static async start(ports: readonly number[]): Promise<Balancer> {
    const balancer = new Balancer(ports);
    balancer.#server.listen(0, "127.0.0.1");
    await once(balancer.#server, "listening");
    return balancer;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** Whether a ClientHello (RFC 8446 4.1.2) holds a ticket: of TLS 1.2 (RFC 5077), or a key of TLS 1.3. */
function showsTicket(hello: Buffer): boolean {
  // Behind the heads of record and message, the version and the random.
  let at = 5 + 4 + 2 + 32;
  at += 1 + hello.readUInt8(at);
  at += 2 + hello.readUInt16BE(at);
  at += 1 + hello.readUInt8(at);
  const end = at + 2 + hello.readUInt16BE(at);
  at += 2;
  while (at < end) {
    const [type, length] = [hello.readUInt16BE(at), hello.readUInt16BE(at + 2)];
    if ((type === SESSION_TICKET && length > 0) || type === PRE_SHARED_KEY) return true;
    at += 4 + length;
  }
  return false;
}

const SESSION_TICKET = 35;
const PRE_SHARED_KEY = 41;
