import { checkNames } from "../../../text/known-names.ts";
import { checkPattern } from "../../messages/captured-message.ts";
import type { FaultCondition } from "./fault.ts";
import { count, flag, oneOf, refuseFault } from "./fault-fields.ts";

/**
 * Looks a condition through.
 *
 * @throws EnvoiError of kind `"configuration"` which names the field.
 */
export function resolveCondition(when: FaultCondition): FaultCondition {
  checkNames(when, conditions, (problem) => refuseFault("when", problem));
  for (const name of ["recipient", "sender"] as const)
    checkPattern(`when.${name}`, when[name], (problem) => refuseFault(problem));
  for (const name of ["secure", "authenticated"] as const) flag(`when.${name}`, when[name]);
  count("when.connection", when.connection, 1, 1);
  count("when.nth", when.nth, 1, 1);
  count("when.after", when.after, 0, 0);
  oneOf("when.per", when.per, [undefined, "server", "connection", "transaction"]);
  const { chance = 1, seed = 1, test } = when;
  if (!(chance >= 0 && chance <= 1)) throw refuseFault("when.chance", `${chance} is not between 0 and 1`);
  if (!Number.isSafeInteger(seed)) throw refuseFault("when.seed", `${seed} is not a whole number`);
  if (test !== undefined && typeof test !== "function") throw refuseFault("when.test", "is a function");
  return { ...when };
}

const conditions: readonly (keyof FaultCondition)[] = [
  ...(["recipient", "sender", "connection", "secure", "authenticated", "test"] as const),
  ...(["nth", "after", "per", "chance", "seed"] as const),
];
