import { lstat, unlink } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { callersMistake, EnvoiError } from "../../errors.ts";

/** Where to listen, and what to do with each connection. */
export interface ListenerOptions {
  /**
   * A name or IP address of this machine with a port (0: any free port), or the path of a Unix socket, or on Windows of
   * a named pipe.
   */
  readonly at: { readonly host: string; readonly port: number } | { readonly path: string };
  /** Does not keep the process alive. */
  readonly unref: boolean;
  readonly accept: (socket: Socket) => void;
}

/** A port or a Unix socket that is listened on. */
export interface Listener {
  /** The IP address; empty for a Unix socket. */
  readonly address: string;
  /** 0 for a Unix socket. */
  readonly port: number;
  /** The path of a Unix socket. */
  readonly path: string | undefined;
  /** Accepts no more connections until `take`. Open connections continue. */
  leave(): void;
  /** Listens again, in the same place. */
  take(): Promise<void>;
  /** Accepts no more connections. Resolves when none is left. */
  stop(): Promise<void>;
}

/**
 * Listens. A Unix socket that an ended process has left is replaced.
 *
 * @throws EnvoiError of kind `"connection"` if that is not possible.
 */
export async function listen(options: ListenerOptions): Promise<Listener> {
  try {
    return await attempt(options);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const { at } = options;
    if (code !== "EADDRINUSE" || !("path" in at) || !(await isLeftOver(at.path)))
      throw cannotListen(error, at);
    await unlink(at.path);
    return await attempt(options).catch((again) => {
      throw cannotListen(again, at);
    });
  }
}

function attempt({ at, unref, accept }: ListenerOptions): Promise<Listener> {
  return new Promise((resolve, reject) => {
    // A client that sends nothing more may still read.
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      if (unref) socket.unref();
      accept(socket);
    });
    server.once("error", reject);
    server.listen({ ...at, backlog: BACKLOG }, () => {
      // Later errors concern a single connection, such as a lack of file descriptors.
      server.on("error", () => {});
      if (unref) server.unref();
      const place = placeOf(server);
      resolve({
        ...place,
        leave: () => void server.close(),
        take: () => again(server, place),
        stop: () => new Promise((closed) => server.close(() => closed())),
      });
    });
  });
}

const BACKLOG = 1024;

function again(
  server: Server,
  { address: host, port, path }: Omit<Listener, "leave" | "take" | "stop">,
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ ...(path === undefined ? { host, port } : { path }), backlog: BACKLOG }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function placeOf(server: Server): Omit<Listener, "leave" | "take" | "stop"> {
  const place = server.address() as AddressInfo | string;
  if (typeof place === "string") return { address: "", port: 0, path: place };
  return { address: place.address, port: place.port, path: undefined };
}

/** Whether there is a Unix socket at this path without a listening process. */
async function isLeftOver(path: string): Promise<boolean> {
  try {
    if (!(await lstat(path)).isSocket()) return false;
  } catch {
    return false;
  }
  return await new Promise((resolve) => {
    const socket = connect({ path });
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED"));
  });
}

/** The error for a place that cannot be listened on, from what the system says. */
export function cannotListen(error: unknown, at: ListenerOptions["at"]): EnvoiError {
  const { code = "", message } = error as NodeJS.ErrnoException;
  const hints: Readonly<Record<string, string>> = {
    EADDRINUSE:
      "path" in at
        ? "something is there already"
        : "something listens there already; port 0 takes any that is free",
    EACCES:
      "path" in at
        ? "the system does not allow it"
        : "the system does not allow it; ports below 1024 take a privilege",
    EADDRNOTAVAIL: "the address is not one of this machine",
    ENOENT: "there is no such folder",
    ENOTFOUND: "there is no such host",
  };
  const place = "path" in at ? at.path : `${at.host}:${at.port}`;
  return new EnvoiError(`cannot listen on ${place}: ${hints[code] ?? message}`, {
    kind: "connection",
    ...callersMistake,
    cause: error,
  });
}
