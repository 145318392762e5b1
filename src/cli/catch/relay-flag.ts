import { CommandError } from "../exit-status.ts";
import { refusePassword } from "../send/relay/relay-url.ts";

/**
 * The URL of the relay. Its password comes from the environment: arguments of a process can be seen by all users of a
 * machine.
 *
 * @param environment the variable ENVOI_RELAY: a password, or a whole URL
 * @throws CommandError if the flag contains a password, or if both are a URL.
 */
export function relayUrl(flag: string | undefined, environment: string | undefined): string | undefined {
  const secret = environment === "" ? undefined : environment;
  const inVariable = secret !== undefined && /^[a-z+]+:\/\//i.test(secret);
  if (flag === undefined) {
    if (secret === undefined || inVariable) return secret;
    throw new CommandError("ENVOI_RELAY: expected a URL, because there is no --relay");
  }
  refusePassword(flag, "--relay", "Put the password, or the whole URL, into ENVOI_RELAY");
  if (!URL.canParse(flag) || !flag.includes("://"))
    throw new CommandError("--relay: expected a URL such as smtp://user@relay.example");
  if (inVariable) throw new CommandError("--relay: ENVOI_RELAY contains a URL, too: give one of them");
  const { username } = new URL(flag);
  if (username === "" || secret === undefined) return flag;
  return flag.replace(
    /^([^/]*:\/\/[^@]*)@/,
    (_, before: string) => `${before}:${encodeURIComponent(secret)}@`,
  );
}
