import { type MechanismHalves, type PasswordAttempt, saslText } from "./mechanism.ts";

/** LOGIN (draft-murchison-sasl-login): the server asks for the user, then for the password. */
export const login: MechanismHalves<PasswordAttempt, PasswordAttempt> = {
  name: "LOGIN",
  // Servers use many texts as prompts, some without base64, but always in this order.
  unread: true,
  *client({ user, password }) {
    yield null;
    yield Buffer.from(user);
    yield Buffer.from(password);
  },
  *server() {
    const user = saslText(yield Buffer.from("Username:"));
    if (user === undefined || user === "") return undefined;
    const password = saslText(yield Buffer.from("Password:"));
    return password === undefined || password === "" ? undefined : { user, password };
  },
};
