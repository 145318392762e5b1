import { saslText, type TokenAttempt } from "./mechanism.ts";
import type { ServerHalf, ServerMechanism } from "./server-mechanism.ts";

/** The secret of the client's half. */
export interface BearerSecret extends TokenAttempt {
  /** The server that the client wants to talk to. */
  readonly host?: string;
  readonly port?: number;
}

/** OAUTHBEARER (RFC 7628): user and bearer token, with ^A between the fields. */
export const oauthBearer: ServerMechanism & {
  client(secret: BearerSecret): Generator<Buffer | null, void, Buffer>;
  readonly unread: true;
} = {
  name: "OAUTHBEARER",
  unread: true,
  *client({ user, token, host, port }) {
    const name = user.replaceAll("=", "=3D").replaceAll(",", "=2C");
    const fields = [
      `n,${name === "" ? "" : `a=${name}`},`,
      ...(host === undefined ? [] : [`host=${host}`]),
      ...(port === undefined ? [] : [`port=${port}`]),
      `auth=Bearer ${token}`,
    ];
    yield Buffer.from(`${fields.join("\x01")}\x01\x01`);
    // The server refuses with a challenge; after this answer it sends the 535.
    yield Buffer.from("\x01");
  },
  *server(): ServerHalf {
    const response = ((yield Buffer.alloc(0)) as Buffer).toString("latin1");
    const match = /^[ny],(?:a=([^,\x01]*))?,\x01((?:[A-Za-z]+=[^\x01]*\x01)*)\x01$/.exec(response);
    if (match === null) return undefined;
    const auth = (match[2] as string).split("\x01").filter((field) => /^auth=/i.test(field));
    const token = /^auth=bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(auth[0] ?? "")?.[1];
    const user = readName(match[1] ?? "");
    return auth.length !== 1 || token === undefined || user === undefined ? undefined : { user, token };
  },
  refusal: Buffer.from('{"status":"invalid_token","schemes":"bearer"}'),
};

function readName(latin1: string): string | undefined {
  const name = saslText(Buffer.from(latin1, "latin1"));
  if (name === undefined || /=(?!2C|3D)/.test(name)) return undefined;
  return name.replaceAll("=2C", ",").replaceAll("=3D", "=");
}
