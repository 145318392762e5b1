import { systemResolve } from "#src/net/client/addresses.js";
import { Connection } from "#src/net/client/connection.js";
import { Dialer } from "#src/net/client/dialer.js";
import { FailedAddresses } from "#src/net/client/failed-addresses.js";
import type { Timeouts } from "#src/net/client/timeouts.js";
import { HandClock } from "../hand-clock.js";
import { type Script, ScriptedServer } from "../scripted-server.js";

/** Each phase has a limit of its own, so that it shows which one held. */
export const timeouts: Timeouts = {
  connect: 1000,
  greeting: 2000,
  command: 3000,
  content: 4000,
  final: 5000,
};

/** A connection to a scripted server, with a clock that the test turns. */
export interface Connected extends AsyncDisposable {
  readonly server: ScriptedServer;
  readonly connection: Connection;
  readonly clock: HandClock;
  /** Resolves when the client's socket has received this many octets since it was connected. */
  received(octets: number): Promise<void>;
  /** Resolves when the client's socket is closed. */
  readonly closed: Promise<void>;
}

export async function connected(script: Script): Promise<Connected> {
  const server = await ScriptedServer.start(script);
  const clock = new HandClock();
  const stream = await new Dialer({
    host: "127.0.0.1",
    port: server.port,
    route: { via: "tcp" },
    localAddress: undefined,
    plaintext: false,
    resolve: systemResolve,
    failedAddresses: new FailedAddresses(),
    clock,
    timeouts,
  }).connect();
  const { socket } = stream;
  let count = 0;
  let changed = () => {};
  const connection = new Connection(stream, { clock, timeouts });
  socket.on("data", ({ length }: Buffer) => {
    count += length;
    changed();
  });
  const closed = new Promise<void>((resolve) => {
    socket.on("close", () => resolve());
  });
  return {
    server,
    connection,
    clock,
    closed,
    async received(octets) {
      while (count < octets) {
        await new Promise<void>((resolve) => {
          changed = resolve;
        });
      }
    },
    async [Symbol.asyncDispose]() {
      socket.destroy();
      await server[Symbol.asyncDispose]();
    },
  };
}
