import { checkOptionNames, sendOptionNames } from "./option-names.ts";
import { checkCount, checkFlag, checkMilliseconds } from "./option-values.ts";
import { checkSignal } from "./signal.ts";
import type { CloseOptions, SendOptions } from "./transport.ts";

/** Refuses options of a send that are misspelt or make no sense. @throws EnvoiError of kind `"configuration"`. */
export function checkSendOptions(method: string, options: SendOptions): void {
  checkOptionNames(method, options, sendOptionNames);
  const { signal, deadline, partial, priority } = options;
  checkSignal(method, signal);
  if (deadline !== undefined) checkMilliseconds(`${method}: deadline`, deadline);
  if (partial !== undefined) checkFlag(`${method}: partial`, partial);
  if (priority !== undefined) checkCount(`${method}: priority`, priority, -9, 9);
}

/** Refuses options of `close` that are misspelt or make no sense. @throws EnvoiError of kind `"configuration"`. */
export function checkCloseOptions(options: CloseOptions): void {
  checkOptionNames("close", options, ["force", "signal"]);
  checkSignal("close", options.signal);
  if (options.force !== undefined) checkFlag("close: force", options.force);
}
