import { callback, flag } from "../../../text/options/option-kinds.ts";
import { wrongChoice, wrongOption } from "../../../text/options/option-reader.ts";
import { Mechanism, type SaslMechanism } from "./mechanism.ts";

/**
 * The mechanisms to log in with, as a list.
 *
 * @throws EnvoiError of kind `"configuration"` if the list is empty, or something in it is not a mechanism.
 */
export function checkedMechanisms(
  given: Mechanism | SaslMechanism | readonly (Mechanism | SaslMechanism)[],
): readonly (Mechanism | SaslMechanism)[] {
  const list: readonly (Mechanism | SaslMechanism)[] = Array.isArray(given) ? [...given] : [given];
  if (list.length === 0) throw wrongOption("authentication", expected, given);
  return list.map((mechanism) =>
    typeof mechanism === "object" && mechanism !== null ? own(mechanism) : known(mechanism),
  );
}

function known(name: Mechanism): Mechanism {
  if (Object.values(Mechanism).includes(name)) return name;
  throw wrongChoice("authentication", expected, name);
}

function own(mechanism: SaslMechanism): SaslMechanism {
  const { name, respond, mutual } = mechanism;
  if (typeof name !== "string" || !/^[A-Z0-9_-]{1,20}$/.test(name))
    throw wrongOption("authentication.name", "1 to 20 of A to Z, digits, - and _", name);
  callback(respond, "authentication.respond");
  if (mutual !== undefined) flag(mutual, "authentication.mutual");
  return mechanism;
}

const expected = `one or more of ${Object.values(Mechanism).join(", ")}, or a SaslMechanism`;
