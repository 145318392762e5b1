import { callersMistake, EnvoiError } from "../errors.ts";
import { shown } from "../text/shown.ts";
import { checkOptionNames, sendOptionNames } from "./option-names.ts";
import { checkSignal } from "./signal.ts";
import type { CloseOptions, SendOptions } from "./transport.ts";

/** Refuses options of a send that are misspelt or make no sense. @throws EnvoiError of kind `"configuration"`. */
export function checkSendOptions(method: string, options: SendOptions): void {
  checkOptionNames(method, options, sendOptionNames);
  checkSignal(method, options.signal);
  checkDuration(`${method}: deadline`, options.deadline);
  checkFlag(`${method}: partial`, options.partial);
  checkPriority(method, options.priority);
}

/** Refuses options of `close` that are misspelt or make no sense. @throws EnvoiError of kind `"configuration"`. */
export function checkCloseOptions(options: CloseOptions): void {
  checkOptionNames("close", options, ["force", "signal"]);
  checkFlag("close: force", options.force);
  checkSignal("close", options.signal);
}

/** Refuses what is said and is no positive number of milliseconds. @throws EnvoiError of kind `"configuration"`. */
export function checkDuration(what: string, ms: number | undefined): void {
  if (ms === undefined || (typeof ms === "number" && ms > 0)) return;
  throw wrong(`${what}: ${shown(ms)} is no number of milliseconds`);
}

function checkFlag(what: string, flag: unknown): void {
  if (flag !== undefined && typeof flag !== "boolean")
    throw wrong(`${what} is true or false, not ${shown(flag)}`);
}

function checkPriority(what: string, priority: unknown): void {
  if (priority === undefined) return;
  if (Number.isInteger(priority) && Math.abs(priority as number) <= 9) return;
  throw wrong(`${what}: priority is a whole number from -9 to 9, not ${shown(priority)}`);
}

function wrong(problem: string): EnvoiError {
  return new EnvoiError(problem, { kind: "configuration", ...callersMistake });
}
