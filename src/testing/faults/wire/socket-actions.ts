import { once } from "node:events";
import type { Socket } from "node:net";
import type { SocketAction } from "../../../server/connection/observer.ts";
import type { DropManner } from "../definition/fault.ts";

/** Runs actions one after another. */
export function inTurn(actions: readonly SocketAction[]): SocketAction {
  return action(async (socket, signal) => {
    for (const each of actions) await each.play(socket, signal);
  });
}

/** Waits, unless the client closes the connection. */
export function pause(ms: number): SocketAction {
  return action((socket, signal) => wait(ms, socket, signal));
}

/** Waits without reading. What arrives is left for the handshake. */
export function hold(ms: number): SocketAction {
  return action(async (socket, signal) => {
    socket.pause();
    await wait(ms, socket, signal);
  });
}

/** Waits without reading, so that the client cannot send any more. */
export function freeze(ms: number): SocketAction {
  return action(async (socket, signal) => {
    socket.pause();
    await wait(ms, socket, signal);
    socket.resume();
  });
}

/** Sends packets, the whole list `repeat` times. */
export function packets(list: readonly Buffer[], repeat: number): SocketAction {
  return action(async (socket, signal) => {
    for (let round = 0; round < repeat; round++) {
      for (const packet of list) {
        if (signal.aborted || !socket.writable || hasLeft(socket)) return;
        if (socket.write(packet)) await turn();
        else await Promise.race([once(socket, "drain"), once(socket, "close")]).catch(ignore);
      }
    }
  });
}

/** Sends packets below TLS, by the accepted socket. */
export function beneath(list: readonly Buffer[], repeat: number, accepted: Socket): SocketAction {
  return action((_, signal) => packets(list, repeat).play(accepted, signal));
}

/** Sends bytes one by one, each in a packet of its own. */
export function trickle(octets: Buffer, ms: number): SocketAction {
  return action(async (socket, signal) => {
    for (let i = 0; i < octets.length; i++) {
      if (signal.aborted || !socket.writable || hasLeft(socket)) return;
      socket.write(octets.subarray(i, i + 1));
      await (ms === 0 ? turn() : wait(ms, socket, signal));
    }
  });
}

/** Ends the connection. `accepted` is the socket below TLS. */
export function end(by: DropManner, accepted: Socket): SocketAction {
  return action(async (socket) => {
    if (by === "half-close") socket.end();
    else {
      // What was written before must arrive.
      if (socket.writableLength > 0) await new Promise<void>((resolve) => socket.write("", () => resolve()));
      await turn();
      if (by === "rst") accepted.resetAndDestroy();
      else if (by === "fin" && socket !== accepted) await closed(socket);
      socket.destroy();
    }
  });
}

/** Resolves when close_notify has been sent, or cannot be sent. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PATIENCE).unref();
    socket.once("close", resolve).end(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** How long to wait for a client that reads nothing, in milliseconds. */
const PATIENCE = 1000;

function action(play: SocketAction["play"]): SocketAction {
  return { type: "socket-action", play };
}

function wait(ms: number, socket: Socket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      clearTimeout(timer);
      socket.off("end", over).off("close", over);
      signal.removeEventListener("abort", over);
      resolve();
    };
    const timer = ms === Number.POSITIVE_INFINITY ? undefined : setTimeout(over, ms);
    timer?.unref();
    if (signal.aborted || hasLeft(socket)) return over();
    socket.on("end", over).on("close", over);
    signal.addEventListener("abort", over);
  });
}

function hasLeft(socket: Socket): boolean {
  return socket.destroyed || socket.readableEnded;
}

/** Waits one turn of the event loop, in which written bytes are sent. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function ignore(): void {}
