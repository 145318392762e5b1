import { connect, type NetConnectOpts, type Socket } from "node:net";
import { Worker } from "node:worker_threads";
import type { Listener } from "../../../net/server/listener.ts";

/**
 * A port whose queue of connections is full, like that of a server that accepts none: the system makes attempts to
 * connect wait. A thread listens and then blocks; its queue is short, and is filled from here.
 */
export class FullBacklog {
  readonly #worker: Worker;
  readonly #fillers: Socket[] = [];
  /** Resolves when the queue is full. */
  readonly full: Promise<void>;

  constructor({ address: host, port, path }: Pick<Listener, "address" | "port" | "path">) {
    const place = path === undefined ? { host, port } : { path };
    this.#worker = new Worker(listener, { eval: true, workerData: place });
    this.#worker.unref();
    this.full = this.#fill(place);
  }

  /** Stops listening. */
  async stop(): Promise<void> {
    for (const socket of this.#fillers) socket.destroy();
    await this.#worker.terminate();
  }

  async #fill(place: NetConnectOpts): Promise<void> {
    await new Promise((resolve, reject) => {
      this.#worker.once("message", resolve);
      this.#worker.once("error", reject);
    });
    // The real length of a queue differs between systems: it is full when an attempt waits.
    while (this.#fillers.length < MOST) {
      const socket = connect(place).on("error", () => {});
      this.#fillers.push(socket.unref());
      const connected = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(false), WAITING);
        socket.once("connect", () => {
          clearTimeout(timer);
          resolve(true);
        });
      });
      if (!connected) return;
    }
  }
}

/** Milliseconds: on the same machine, an attempt that is not complete by then is waiting. */
const WAITING = 100;

/** This many attempts fill any queue of length 1. */
const MOST = 16;

const listener = `
  const { createServer } = require("node:net");
  const { parentPort, workerData } = require("node:worker_threads");
  createServer().listen({ ...workerData, backlog: 1, exclusive: true }, () => {
    parentPort.postMessage("listening");
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
  });
`;
