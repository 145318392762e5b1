import type { HandshakeFailure } from "../../net/server/handshake-failure.ts";
import type { Limit } from "../../protocol/server/limit.ts";
import type { ServerSettings } from "../../protocol/server/settings.ts";
import type { ServerTimeouts } from "../options/options.ts";
import type { Refusal, ServerPhase } from "./server-events.ts";

/** The limits that the client of one connection has exceeded: each is reported once. */
export class ExceededLimits {
  readonly #settings: ServerSettings;
  readonly #report: (refusal: Refusal) => void;
  #exceeded: Set<Limit> | undefined;

  constructor(settings: ServerSettings, report: (refusal: Refusal) => void) {
    this.#settings = settings;
    this.#report = report;
  }

  /** A reply was about this limit. */
  readonly add = (limit: Limit): void => {
    this.#exceeded ??= new Set();
    if (this.#exceeded.has(limit)) return;
    this.#exceeded.add(limit);
    const phase = limitPhases.get(limit) ?? "command";
    const detail = `the client exceeded ${limit}, which is ${this.#settings[limit]}`;
    this.#report({ kind: "limit", reason: limit, phase, detail });
  };
}

/** When a client exceeds a limit, unless that is during commands. */
const limitPhases: ReadonlyMap<Limit, ServerPhase> = new Map<Limit, ServerPhase>([
  ["maxAuthAttempts", "auth"],
  ["maxMessageSize", "content"],
  ["maxContentLineLength", "content"],
  ["maxHops", "content"],
]);

/** A client whose TLS handshake failed. */
export function notSecured({ reason, detail }: HandshakeFailure): Refusal {
  return { kind: reason === "timeouts.handshake" ? "timeout" : "tls", reason, phase: "tls", detail };
}

/** A client that did not wait for the greeting. */
export const earlyTalk: Refusal = {
  kind: "early-talker",
  reason: "early-talker",
  phase: "greeting",
  detail: "the client spoke, or left, before the greeting",
};

/**
 * A client, or a hook, that has taken longer than a timeout of the options.
 *
 * @param what has taken so long: a sentence
 */
export function timedOut(
  what: string,
  timeout: keyof ServerTimeouts,
  ms: number | undefined,
  phase: ServerPhase,
): Refusal {
  const reason = `timeouts.${timeout}`;
  return { kind: "timeout", reason, phase, detail: `${what}: ${reason} is ${ms} ms` };
}

/** A hook that has taken longer than `timeouts.hook`. */
export function hookTimedOut(hook: string, ms: number): Refusal {
  return timedOut(`the hook ${hook} takes too long`, "hook", ms, hookPhases.get(hook) ?? "command");
}

/** What the server is doing while it waits for a hook, unless that is a command. */
const hookPhases: ReadonlyMap<string, ServerPhase> = new Map<string, ServerPhase>([
  ["connect", "greeting"],
  ["auth", "auth"],
  ["data", "content"],
]);
