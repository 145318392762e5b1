import { CommandError } from "../../exit-status.ts";
import type { Terminal } from "../../terminal.ts";
import { askPassword } from "./password-prompt.ts";
import type { NamedRelay } from "./relay-url.ts";

/** Who logs in, and by which password. */
export interface Login {
  readonly user: string;
  readonly password: string;
}

/**
 * The login, if there is one: the password comes from the URL, from ENVOI_PASSWORD, or from the person at the terminal.
 *
 * @throws CommandError if there is no password and nobody to ask, or the flag contains one.
 */
export async function loginFor(
  relay: NamedRelay,
  userFlag: string | undefined,
  terminal: Terminal,
): Promise<Login | undefined> {
  // curl and others take a password there.
  if (userFlag?.includes(":"))
    throw new CommandError(
      "--user: expected a name without a password, because every user of this machine can read arguments. Put the " +
        "password into ENVOI_PASSWORD. If the name itself contains a colon, put it into the URL: smtp://a%3Ab@host",
    );
  const user = userFlag ?? relay.user;
  if (user === undefined) return undefined;
  // The password in the URL belongs to the user there.
  const inUrl = userFlag === undefined || userFlag === relay.user ? relay.password : undefined;
  const password = inUrl ?? terminal.environment["ENVOI_PASSWORD"] ?? (await askPassword(user, terminal));
  if (password === undefined)
    throw new CommandError(
      "--user: expected a password, and there is no terminal to ask at. Put it into ENVOI_PASSWORD",
    );
  return { user, password };
}
