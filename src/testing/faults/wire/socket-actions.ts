import { once } from "node:events";
import type { Socket } from "node:net";
import type { SocketAction } from "../../../server/connection/observer.ts";
import type { DropManner } from "../definition/fault.ts";

/** One after the other. */
export function inTurn(actions: readonly SocketAction[]): SocketAction {
  return action(async (socket, signal) => {
    for (const each of actions) await each.play(socket, signal);
  });
}

/** Time passes, unless the client leaves. */
export function pause(ms: number): SocketAction {
  return action((socket, signal) => wait(ms, socket, signal));
}

/** Time passes in which nothing is read; what comes then is for the handshake. */
export function hold(ms: number): SocketAction {
  return action(async (socket, signal) => {
    socket.pause();
    await wait(ms, socket, signal);
  });
}

/** Time passes in which nothing is read: the client's system finds no more room to send to. */
export function freeze(ms: number): SocketAction {
  return action(async (socket, signal) => {
    socket.pause();
    await wait(ms, socket, signal);
    socket.resume();
  });
}

/** Packets go out as they stand, the list so many times. */
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

/** The same underneath TLS: `accepted` is the socket there. */
export function beneath(list: readonly Buffer[], repeat: number, accepted: Socket): SocketAction {
  return action((_, signal) => packets(list, repeat).play(accepted, signal));
}

/** Octets go out one by one, each in a packet of its own. */
export function trickle(octets: Buffer, ms: number): SocketAction {
  return action(async (socket, signal) => {
    for (let i = 0; i < octets.length; i++) {
      if (signal.aborted || !socket.writable || hasLeft(socket)) return;
      socket.write(octets.subarray(i, i + 1));
      await (ms === 0 ? turn() : wait(ms, socket, signal));
    }
  });
}

/** The connection ends; `accepted` is the socket underneath TLS. */
export function end(by: DropManner, accepted: Socket): SocketAction {
  return action(async (socket) => {
    if (by === "half-close") socket.end();
    else {
      // What has been said is to arrive.
      if (socket.writableLength > 0) await new Promise<void>((resolve) => socket.write("", () => resolve()));
      await turn();
      if (by === "rst") accepted.resetAndDestroy();
      else if (by === "fin" && socket !== accepted) await closed(socket);
      socket.destroy();
    }
  });
}

/** TLS is over for our part: close_notify has gone out, or cannot. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PATIENCE).unref();
    socket.once("close", resolve).end(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Milliseconds for a client that takes nothing any more. */
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

/** What has been written goes out before the event loop comes round again. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function ignore(): void {}
