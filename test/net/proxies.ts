import { once } from "node:events";
import { createServer as createHttpServer, type IncomingMessage } from "node:http";
import { createServer as createHttpsServer, type ServerOptions } from "node:https";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";

/** A proxy on a port of 127.0.0.1 that connects to one place, whatever it is asked for. */
export interface TestProxy extends AsyncDisposable {
  readonly port: number;
  /** What it was asked to connect to. */
  readonly asked: readonly string[];
  /** How many connections to it are open. */
  readonly open: number;
  /** The logins it was given. */
  readonly logins: readonly (string | undefined)[];
}

/** An HTTP proxy, of Node's own server; over TLS with `tls`. */
export async function httpProxy(to: number, tls?: ServerOptions): Promise<TestProxy> {
  const asked: string[] = [];
  const logins: (string | undefined)[] = [];
  const server =
    tls === undefined ? createHttpServer({ noDelay: true }) : createHttpsServer({ noDelay: true, ...tls });
  const sockets = socketsOf(server);
  server.on("connect", ({ url, headers }: IncomingMessage, socket: Duplex) => {
    asked.push(url ?? "");
    const login = headers["proxy-authorization"];
    logins.push(login && Buffer.from(login.slice("Basic ".length), "base64").toString());
    const target = connect({ port: to, host: "127.0.0.1", noDelay: true }, () => {
      socket.write("HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n");
      target.pipe(socket).pipe(target);
    });
    join(target, socket);
  });
  return listening(server, sockets, asked, logins);
}

/**
 * A SOCKS 5 proxy (RFC 1928); with `login`, one that wants it (RFC 1929). With `together`, what the server says first
 * goes out in one write with the proxy's last reply.
 */
export async function socksProxy(to: number, login?: string, together = false): Promise<TestProxy> {
  const asked: string[] = [];
  const logins: (string | undefined)[] = [];
  const server = createServer({ noDelay: true }, (socket) => {
    void serveSocks(socket, to, login, together, asked, logins).catch(() => socket.destroy());
  });
  return listening(server, socketsOf(server), asked, logins);
}

async function serveSocks(
  socket: Socket,
  to: number,
  login: string | undefined,
  together: boolean,
  asked: string[],
  logins: (string | undefined)[],
): Promise<void> {
  socket.on("error", () => {});
  const pieces = octets(socket);
  const take = async (count: number) => {
    const taken: number[] = [];
    while (taken.length < count) taken.push((await pieces.next()).value as number);
    return Buffer.from(taken);
  };
  const [, methods = 0] = await take(2);
  const offered = await take(methods);
  const method = login === undefined ? 0 : 2;
  if (!offered.includes(method)) return void socket.end(Buffer.of(5, 0xff));
  socket.write(Buffer.of(5, method));
  if (login === undefined) {
    logins.push(undefined);
  } else {
    const user = await take((await take(2))[1] ?? 0);
    const password = await take((await take(1))[0] ?? 0);
    logins.push(`${user}:${password}`);
    if (`${user}:${password}` !== login) return void socket.end(Buffer.of(1, 1));
    socket.write(Buffer.of(1, 0));
  }
  const [, , , type] = await take(4);
  const host = type === 3 ? await take((await take(1))[0] ?? 0) : (await take(type === 1 ? 4 : 16)).join(".");
  asked.push(`${host}:${(await take(2)).readUInt16BE()}`);
  const target = connect({ port: to, host: "127.0.0.1", noDelay: true });
  join(target, socket);
  const reply = Buffer.of(5, 0, 0, 1, 127, 0, 0, 1, 0, 25);
  if (together) socket.write(Buffer.concat([reply, ...((await once(target, "data")) as [Buffer])]));
  else socket.write(reply);
  target.pipe(socket);
  target.on("end", () => socket.end());
  for await (const octet of pieces) target.write(Buffer.of(octet));
  target.end();
}

async function* octets(socket: Socket): AsyncGenerator<number> {
  for await (const chunk of socket) yield* chunk as Buffer;
}

function join(one: Duplex, other: Duplex): void {
  one.on("error", () => other.destroy()).on("close", () => other.destroy());
  other.on("error", () => one.destroy()).on("close", () => one.destroy());
}

function socketsOf(server: Server): Set<Socket> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  return sockets;
}

async function listening(
  server: Server,
  sockets: Set<Socket>,
  asked: string[],
  logins: (string | undefined)[],
): Promise<TestProxy> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    get open() {
      return sockets.size;
    },
    asked,
    logins,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
