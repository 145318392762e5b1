import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/** What a {@link BusyServer} does otherwise than a server that takes everything. `undefined`: the usual. */
export interface Habits {
  /** What it does with a new connection while `open` others are open. */
  readonly onConnect?: (socket: Socket, open: number, nth: number) => "taken" | undefined;
  /**
   * What it says to a command; with `close` behind it, it closes then. `mail` counts the mails of the connection
   * from 1.
   */
  readonly onCommand?: (line: string, mail: number, nth: number) => Saying | undefined;
  /** What it says to content. */
  readonly onContent?: (mail: number, nth: number) => Saying | undefined;
  readonly offers?: readonly string[];
}

export interface Saying {
  readonly say: string;
  readonly close?: boolean;
}

/** A small server that is always at once, with habits; it counts what it has taken, by subject. */
export class BusyServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #habits: Habits;
  readonly #sockets: Set<Socket> = new Set();
  /** The subjects of what it took, with the recipients. */
  readonly taken: string[] = [];
  readonly commands: string[] = [];
  connections = 0;
  /** Connections to which it has spoken and that are open. */
  #open = 0;

  private constructor(habits: Habits) {
    this.#habits = habits;
    this.#server = createServer({ noDelay: true }, (socket) => this.#serve(socket));
  }

  static async start(habits: Habits): Promise<BusyServer> {
    const server = new BusyServer(habits);
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, "close");
  }

  #serve(socket: Socket): void {
    const nth = ++this.connections;
    this.#sockets.add(socket);
    socket.on("error", () => {});
    if (this.#habits.onConnect?.(socket, this.#open, nth) === "taken") return;
    this.#open++;
    socket.on("close", () => this.#open--);
    let text = "";
    let content: { readonly end: "dot" } | { readonly end: number } | undefined;
    let mail = 0;
    let to: string[] = [];
    let gone = false;
    const say = (saying: Saying | undefined, usual: string) => {
      const { say, close } = saying ?? { say: usual, close: false };
      socket.write(`${say}\r\n`);
      if (close === true) {
        gone = true;
        socket.end();
      }
    };
    const took = (octets: string) => {
      const saying = this.#habits.onContent?.(mail, nth);
      if (to.length === 0) return say(undefined, "503 5.5.1 nobody to send to");
      if (saying === undefined || saying.say.startsWith("250"))
        this.taken.push(`${/^Subject: (.*)$/m.exec(octets)?.[1]?.trim()} to ${to.join(" ")}`);
      to = [];
      say(saying, "250 2.0.0 queued");
    };
    const usual = (line: string): string => {
      const verb = line.split(" ", 1)[0];
      if (verb === "EHLO") {
        const offers = this.#habits.offers ?? ["PIPELINING", "CHUNKING"];
        return ["busy.test", ...offers].map((l, i) => `250${i < offers.length ? "-" : " "}${l}`).join("\r\n");
      }
      if (verb === "RCPT") to.push(/<(.*?)>/.exec(line)?.[1] ?? "");
      if (verb === "RSET" || verb === "MAIL") to = [];
      if (verb === "DATA") return to.length > 0 ? "354 go" : "503 5.5.1 nobody to send to";
      return verb === "QUIT" ? "221 bye" : "250 2.0.0 ok";
    };
    const hear = (): boolean => {
      if (content?.end === "dot") {
        const end = text.indexOf("\r\n.\r\n");
        if (end === -1) return false;
        const octets = text.slice(0, end);
        text = text.slice(end + 5);
        content = undefined;
        took(octets);
        return true;
      }
      if (content !== undefined) {
        if (text.length < content.end) return false;
        const octets = text.slice(0, content.end);
        text = text.slice(content.end);
        content = undefined;
        took(octets);
        return true;
      }
      const end = text.indexOf("\r\n");
      if (end === -1) return false;
      const line = text.slice(0, end);
      text = text.slice(end + 2);
      this.commands.push(line);
      if (line.startsWith("BDAT")) {
        content = { end: Number(line.split(" ")[1]) };
        return true;
      }
      if (line.startsWith("MAIL")) mail++;
      const saying = this.#habits.onCommand?.(line, mail, nth);
      const reply = saying === undefined ? usual(line) : "";
      if (line === "DATA" && reply.startsWith("354")) content = { end: "dot" };
      say(saying, reply);
      if (line === "QUIT") socket.end();
      return true;
    };
    say(undefined, "220 busy.test");
    socket.on("data", (octets) => {
      text += octets.toString("latin1");
      while (!gone && hear());
    });
  }
}
