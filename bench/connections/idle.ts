import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** Clients that have been greeted, have sent EHLO, and have been silent since. */
export async function idle(port: number, secure: boolean, count: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  // A few at a time, so that none waits in the system's queue until it times out.
  while (sockets.length < count) {
    const batch = Array.from({ length: Math.min(20, count - sockets.length) }, () =>
      introduced(port, secure),
    );
    sockets.push(...(await Promise.all(batch)));
  }
  return sockets;
}

async function introduced(port: number, secure: boolean): Promise<Socket> {
  const options = { port, host: "127.0.0.1", rejectUnauthorized: false };
  const socket = secure ? connectTls(options) : connect(options);
  await once(socket, "data");
  socket.write("EHLO idle.example\r\n");
  await once(socket, "data");
  return socket;
}
