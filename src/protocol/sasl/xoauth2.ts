import { type MechanismHalves, saslText, type TokenAttempt } from "./mechanism.ts";

/** XOAUTH2 (Google's and Microsoft's): user and bearer token in one response, with ^A between them. */
export const xoauth2: MechanismHalves<TokenAttempt, TokenAttempt> = {
  name: "XOAUTH2",
  unread: true,
  // The server refuses with a challenge that contains JSON; after the empty response it sends the 535.
  *client({ user, token }) {
    yield Buffer.from(`user=${user}\x01auth=Bearer ${token}\x01\x01`);
  },
  *server() {
    const response = yield Buffer.alloc(0);
    const match = /^user=([^\x01]+)\x01auth=bearer +([^\x01]+)\x01\x01$/i.exec(response.toString("latin1"));
    if (match === null) return undefined;
    const [user, token] = [match[1], match[2]].map((field) =>
      saslText(Buffer.from(field as string, "latin1")),
    );
    return user === undefined || token === undefined ? undefined : { user, token };
  },
  refusal: Buffer.from('{"status":"401","schemes":"bearer","scope":"https://mail.google.com/"}'),
};
