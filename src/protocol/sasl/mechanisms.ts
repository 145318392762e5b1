import type { AuthAttempt } from "./attempt.ts";
import { login } from "./login.ts";
import type { MechanismHalves } from "./mechanism.ts";
import { plain } from "./plain.ts";
import { xoauth2 } from "./xoauth2.ts";

/** A mechanism as a server sees it. */
export type ServerMechanism = Pick<MechanismHalves<never, AuthAttempt>, "name" | "server" | "refusal">;

/** The mechanisms that a server can offer, by name, in the order in which it names them. */
export const serverMechanisms: ReadonlyMap<string, ServerMechanism> = new Map(
  [plain, login, xoauth2].map((mechanism) => [mechanism.name, mechanism]),
);
