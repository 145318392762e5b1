import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { callersMistake, EnvoiError } from "../../errors.ts";

/** Where to listen, and what to do with whoever comes. */
export interface ListenerOptions {
  /** A name or an IP address of this machine. */
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Does not keep the process alive. */
  readonly unref: boolean;
  readonly accept: (socket: Socket) => void;
}

/** A port that is listened on. */
export interface Listener {
  /** The IP address. */
  readonly address: string;
  readonly port: number;
  /** Accepts nobody any more. Resolves when no connection is left. */
  stop(): Promise<void>;
}

/**
 * Listens.
 *
 * @throws EnvoiError of kind `"connection"` where that is not possible.
 */
export function listen({ host, port, unref, accept }: ListenerOptions): Promise<Listener> {
  return new Promise((resolve, reject) => {
    // The end of what a client says is not the end of what it listens to.
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      if (unref) socket.unref();
      accept(socket);
    });
    server.once("error", (error: NodeJS.ErrnoException) => reject(refused(error, host, port)));
    server.listen({ host, port, backlog: BACKLOG }, () => {
      // What fails later is a single connection's affair, such as a lack of descriptors.
      server.on("error", () => {});
      if (unref) server.unref();
      resolve({ ...addressOf(server), stop: () => new Promise((closed) => server.close(() => closed())) });
    });
  });
}

const BACKLOG = 1024;

function addressOf(server: Server): { address: string; port: number } {
  const { address, port } = server.address() as AddressInfo;
  return { address, port };
}

function refused(error: NodeJS.ErrnoException, host: string, port: number): EnvoiError {
  const hints: Readonly<Record<string, string>> = {
    EADDRINUSE: "something listens there already; port 0 takes any that is free",
    EACCES: "the system does not allow it; ports below 1024 take a privilege",
    EADDRNOTAVAIL: "the address is not one of this machine",
    ENOTFOUND: "there is no such host",
  };
  const hint = hints[error.code ?? ""] ?? error.message;
  return new EnvoiError(`cannot listen on ${host}:${port}: ${hint}`, {
    kind: "connection",
    ...callersMistake,
    cause: error,
  });
}
