import { callersMistake, EnvoiError } from "../errors.ts";
import { checkOptionNames, sendOptionNames } from "./option-names.ts";
import { checkSignal } from "./signal.ts";
import type { CloseOptions, SendOptions } from "./transport.ts";

/** Refuses options of a send that are misspelt or make no sense. @throws EnvoiError of kind `"configuration"`. */
export function checkSendOptions(method: string, options: SendOptions): void {
  checkOptionNames(method, options, sendOptionNames);
  checkSignal(method, options.signal);
  checkDuration(`${method}: deadline`, options.deadline);
  checkPartial(method, options.partial);
}

/** Refuses anything else than true or false. @throws EnvoiError of kind `"configuration"`. */
export function checkPartial(what: string, partial: unknown): void {
  if (partial === undefined || typeof partial === "boolean") return;
  throw new EnvoiError(`${what}: partial is true or false`, { kind: "configuration", ...callersMistake });
}

/** Refuses options of `close` that are misspelt or make no sense. @throws EnvoiError of kind `"configuration"`. */
export function checkCloseOptions(options: CloseOptions): void {
  checkOptionNames("close", options, ["force", "signal"]);
  checkSignal("close", options.signal);
}

/** Refuses what is said and is no positive number of milliseconds. @throws EnvoiError of kind `"configuration"`. */
export function checkDuration(what: string, ms: number | undefined): void {
  if (ms === undefined || (typeof ms === "number" && ms > 0)) return;
  const message = `${what}: ${ms} is no number of milliseconds above 0`;
  throw new EnvoiError(message, { kind: "configuration", ...callersMistake });
}
