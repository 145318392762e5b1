import { type MechanismHalves, type PasswordAttempt, saslText } from "./mechanism.ts";

/** PLAIN (RFC 4616): authorisation identity, user and password in one response, with NUL between them. */
export const plain: MechanismHalves<PasswordAttempt, PasswordAttempt> = {
  name: "PLAIN",
  *client({ user, password }) {
    yield Buffer.from(`\0${user}\0${password}`);
  },
  *server() {
    const response = yield Buffer.alloc(0);
    const fields = response.toString("latin1").split("\0");
    if (fields.length !== 3) return undefined;
    const [authorise, user, password] = fields.map((field) => saslText(Buffer.from(field, "latin1")));
    if (authorise === undefined || user === undefined || password === undefined) return undefined;
    // Acting for another user is not supported: the identity, if given, must be the user's own.
    if (user === "" || password === "" || (authorise !== "" && authorise !== user)) return undefined;
    return { user, password };
  },
};
