import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { describe, it } from "node:test";
import { systemClock } from "#src/net/clock.js";

/** Keeps the process from doing anything else for so long, as a process that is stopped does nothing. */
function freeze(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe("a timer of the machine's clock", () => {
  it("that is late finds read what has arrived meanwhile", async () => {
    const server = createServer((socket) => socket.once("data", () => socket.end("answer")).resume());
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    await once(socket, "connect");
    const happened: string[] = [];
    socket.on("data", (octets) => happened.push(String(octets)));
    await new Promise<void>((resolve) => {
      systemClock.timer(5, () => {
        happened.push("late");
        resolve();
      });
      // The answer is on its way before the event loop comes to look at sockets again.
      socket.write("question", () => {
        setImmediate(() => setImmediate(() => freeze(20)));
      });
    });
    assert.deepEqual(happened, ["answer", "late"]);
    socket.destroy();
    server.close();
  });

  it("can be cancelled between being due and being called", async () => {
    let called = false;
    const timer = systemClock.timer(1, () => {
      called = true;
    });
    freeze(5);
    // This one is due later, and called before the first action.
    setTimeout(() => timer.cancel(), 1);
    freeze(5);
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(called, false);
  });
});
