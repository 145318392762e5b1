import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Reply } from "#src/protocol/reply.js";
import type { ServerEvent } from "#src/protocol/server/event.js";
import { Responder } from "#src/protocol/server/responder.js";
import type { ServerSettings } from "#src/protocol/server/settings.js";
import { directStanding } from "#src/protocol/server/standing.js";

/**
 * Whether a conversation that has been told the same again and again, up to so many octets, holds more than the bound.
 * It is measured again where it seems to: something else may have taken memory, and that of buffers comes back in the
 * background.
 */
export function holdsMore(bound: number, wire: Buffer, told: number, settings: ServerSettings): boolean {
  for (let round = 0; round < 5; round++) if (measured(wire, told, settings) <= bound) return false;
  return true;
}

function measured(wire: Buffer, told: number, settings: ServerSettings): number {
  const responders = Array.from({ length: crowd }, () => new Responder(settings));
  const before = used();
  for (const responder of responders) {
    for (let octets = 0; octets < told; octets += CHUNK) {
      // As it comes from a socket: with memory of its own.
      responder.push(Buffer.allocUnsafeSlow(CHUNK).fill(wire));
      if (settle(responder)) break;
    }
  }
  const held = (used() - before) / crowd;
  // Until here they have to be there.
  responders.length = 0;
  return held;
}

/** So many conversations that what else the process does cannot be taken for what they hold. */
const crowd = 50;

const CHUNK = 4096;

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

function used(): number {
  // The memory of buffers is given back in the background, which the second waits for.
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Says yes to everything that can be said yes to; whether the conversation is over. */
function settle(responder: Responder): boolean {
  for (let event = responder.next(); event !== undefined; event = responder.next()) {
    if (event.type === "close" || event.type === "starttls") return true;
    answer(event);
    responder.takeReplies();
  }
  responder.takeReplies();
  return false;
}

function answer(event: ServerEvent): void {
  if (event.type === "auth" || event.type === "proof") event.answer(wrong);
  else if (event.type === "identify")
    event.proceed({ hash: event.hash, salt: key, iterations: 4096, storedKey: key, serverKey: key });
  else if (event.type === "etrn" || event.type === "atrn") event.answer(notAllowed);
  else if (event.type === "end") event.answer(event.problem);
  else if (event.type === "xclient") event.answer({ standing: directStanding, user: undefined });
  else if ("answer" in event) event.answer(undefined);
}

const key = Buffer.alloc(32);
const notAllowed = Reply.of(459, undefined, "Not allowed");
const wrong = Reply.of(535, "5.7.8", "Wrong");
