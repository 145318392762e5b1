import { cramMd5 } from "./cram-md5.ts";
import { external } from "./external.ts";
import { login } from "./login.ts";
import { oauthBearer } from "./oauthbearer.ts";
import { plain } from "./plain.ts";
import { scramSha1, scramSha1Plus, scramSha256, scramSha256Plus } from "./scram.ts";
import type { ServerMechanism } from "./server-mechanism.ts";
import { xoauth2 } from "./xoauth2.ts";

const all: readonly ServerMechanism[] = [
  plain,
  login,
  xoauth2,
  oauthBearer,
  cramMd5,
  scramSha1,
  scramSha1Plus,
  scramSha256,
  scramSha256Plus,
  external,
];

/** The mechanisms that a server can offer, by name, in the order in which it lists them. */
export const serverMechanisms: ReadonlyMap<string, ServerMechanism> = new Map(
  all.map((mechanism) => [mechanism.name, mechanism]),
);
