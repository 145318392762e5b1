import { wrongOption } from "../wrong-option.ts";
import { Mechanism, type SaslMechanism } from "./mechanism.ts";

/**
 * The mechanisms that a transport was told to log in with, as a list.
 *
 * @throws EnvoiError of kind `"configuration"` where there is none, or what is given is none.
 */
export function checkedMechanisms(
  given: Mechanism | SaslMechanism | readonly (Mechanism | SaslMechanism)[],
): readonly (Mechanism | SaslMechanism)[] {
  const list: readonly (Mechanism | SaslMechanism)[] = Array.isArray(given) ? [...given] : [given];
  if (list.length === 0) throw wrongOption("authentication", expectation);
  return list.map((mechanism) =>
    typeof mechanism === "object" && mechanism !== null ? own(mechanism) : known(mechanism),
  );
}

function known(name: Mechanism): Mechanism {
  if (Object.values(Mechanism).includes(name)) return name;
  throw wrongOption("authentication", `${expectation}, not ${String(name)}`);
}

function own(mechanism: SaslMechanism): SaslMechanism {
  const { name, respond, mutual } = mechanism;
  if (typeof name !== "string" || !/^[A-Z0-9_-]{1,20}$/.test(name))
    throw wrongOption("authentication", "the name of a mechanism is 1 to 20 of A to Z, digits, - and _");
  if (typeof respond !== "function") throw wrongOption("authentication", `${name} has no function respond`);
  if (mutual !== undefined && typeof mutual !== "boolean")
    throw wrongOption("authentication", `${name}: mutual is true or false`);
  return mechanism;
}

const expectation = `expects one or more of ${Object.values(Mechanism).join(", ")}, or a SaslMechanism`;
