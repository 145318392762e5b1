import { once } from "node:events";
import { connect } from "node:net";

/** Measures how long a server on this port takes to answer NOOP, in seconds, several times. */
export async function roundTrips(port: number): Promise<readonly number[]> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  try {
    await once(socket, "data");
    const times: number[] = [];
    for (let i = 0; i < 9; i++) {
      const asked = performance.now();
      socket.write("NOOP\r\n");
      await once(socket, "data");
      times.push((performance.now() - asked) / 1000);
    }
    return times;
  } finally {
    socket.destroy();
  }
}
