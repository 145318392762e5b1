/**
 * A TCP relay that delays: `[{ to, delay }, ...]` on its command line, with ports of 127.0.0.1 and milliseconds of a
 * round trip; prints the ports that lead there. Each direction gets half the delay. Connecting is not delayed, and
 * bandwidth is not limited: bytes are passed on together when their time has come.
 */
import { connect, createServer, type Socket } from "node:net";
import process from "node:process";

/** How many octets may be on the way in one direction of a connection; then it stops reading. */
const BUFFER = 8_388_608;

const ways: readonly { to: number; delay: number }[] = JSON.parse(process.argv[2] ?? "[]");
process.stdout.write(`${JSON.stringify(await Promise.all(ways.map(({ to, delay }) => open(to, delay))))}\n`);

function open(to: number, delay: number): Promise<number> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    const far = connect({ port: to, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    carry(near, far, delay / 2);
    carry(far, near, delay / 2);
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

/** Passes on each piece, and the end, `delay` milliseconds after it arrived. */
function carry(from: Socket, to: Socket, delay: number): void {
  let held = 0;
  const goOn = (octets: Buffer | undefined): void => {
    if (octets === undefined) {
      to.end();
      return;
    }
    to.write(octets);
    held -= octets.length;
    if (held <= BUFFER) from.resume();
  };
  // Timers with the same delay fire in the order in which they were set.
  from.on("data", (octets: Buffer) => {
    held += octets.length;
    if (held > BUFFER) from.pause();
    setTimeout(goOn, delay, octets);
  });
  from.on("end", () => setTimeout(goOn, delay, undefined));
  from.on("error", () => to.destroy());
  from.on("close", () => setTimeout(() => to.destroy(), delay + 1000).unref());
}
