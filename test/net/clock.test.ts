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
    const happened: string[] = [];
    let late = (): void => {};
    const server = createServer((socket) => {
      socket.once("data", () => {
        socket.end("answer");
        systemClock.timer(5, () => late());
        // The answer is on its way, and the timer is due before the event loop comes to look at sockets again.
        freeze(20);
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    socket.on("data", (octets) => happened.push(String(octets)));
    socket.write("question");
    await new Promise<void>((resolve) => {
      late = () => {
        happened.push("late");
        resolve();
      };
    });
    socket.destroy();
    server.close();
    assert.deepEqual(happened, ["answer", "late"]);
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
