import type { Socket } from "node:net";
import { type ClientHello, readClientHello } from "./client-hello.ts";
import { type HandshakeFailure, notTls } from "./handshake-failure.ts";

/**
 * The first octets of a client that should begin with TLS. They are looked at, and left in the socket for OpenSSL, to
 * which all plaintext is wrong alike.
 */
export class TlsOpening {
  readonly #socket: Socket;
  readonly #ready: (opening: ClientHello | HandshakeFailure) => void;
  #octets: Buffer = Buffer.alloc(0);

  /** `ready` is called once, when enough has arrived. */
  constructor(socket: Socket, ready: (opening: ClientHello | HandshakeFailure) => void) {
    this.#socket = socket;
    this.#ready = ready;
    socket.once("end", this.#leave).on("readable", this.#read);
    // The socket was paused before, and Deno would not go on to read.
    socket.resume();
  }

  /** Whether the client has sent anything. */
  get heard(): boolean {
    return this.#octets.length > 0;
  }

  /** Looks no longer. */
  stop(): void {
    this.#socket.off("end", this.#leave).off("readable", this.#read);
  }

  readonly #leave = (): void => void this.#socket.destroy();

  readonly #read = (): void => {
    const more: Buffer | null = this.#socket.read();
    if (more === null) return;
    this.#octets = this.heard ? Buffer.concat([this.#octets, more]) : more;
    const opening = notTls(this.#octets) ?? readClientHello(this.#octets);
    if (opening === undefined) return;
    this.stop();
    this.#socket.unshift(this.#octets);
    this.#ready(opening);
  };
}
