import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer, type Server, type Socket } from "node:net";

/** What happens to a statement that marks mails, or records results. */
export type Fate = "pass" | "cut before" | "swallow the answer";

/** A connection to PostgreSQL that fails at the worst moment. */
export class DatabaseProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  /** Asked for each statement of the ledger. */
  fate: () => Fate = () => "pass";
  readonly #mute = new Set<Socket>();
  /** How many statements of the ledger came. */
  statements = 0;

  static async start(port: number): Promise<DatabaseProxy> {
    const proxy = new DatabaseProxy(port);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  private constructor(port: number) {
    this.#server = createServer((client) => this.#join(client, connect(port, "127.0.0.1")));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Loses what goes through the connections there are, without a word, as a router that forgets them. */
  silence(): void {
    for (const socket of this.#open) this.#mute.add(socket);
  }

  #join(client: Socket, database: Socket): void {
    let swallowing = false;
    for (const [from, to] of [
      [client, database],
      [database, client],
    ] as const) {
      this.#open.add(from);
      from.on("error", () => {});
      from.on("close", () => {
        this.#open.delete(from);
        this.#mute.delete(from);
        to.destroy();
      });
    }
    client.on("data", (chunk) => {
      if (this.#mute.has(client)) return;
      if (chunk.includes(".record($1")) {
        this.statements++;
        const fate = this.fate();
        if (fate === "cut before") {
          client.destroy();
          return;
        }
        swallowing = fate === "swallow the answer";
      }
      database.write(chunk);
    });
    database.on("data", (chunk) => {
      if (!swallowing && !this.#mute.has(client)) client.write(chunk);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}
