import { AuthenticationResults } from "../results/authentication-results.ts";
import { Stamp } from "../results/stamp.ts";
import type { Authentication } from "./authentication.ts";
import { stampWith } from "./stamp-with.ts";

const code = "logged-in";
const reason = "the client has logged in, so the message was not looked at";

/**
 * What is said of a message whose client has logged in to the server (RFC 8601 2.7.4). Nothing about it was looked at:
 * the domain of its author may not have signed it yet, and the client sends from anywhere.
 */
export function loggedIn(authservId: string): Authentication {
  const none = { result: "none", code, reason, queries: [] } as const;
  const field = AuthenticationResults.of(authservId, [
    { method: "auth", result: "pass", properties: [] },
  ]).toField();
  const authentication: Authentication = {
    author: { addresses: [], reason },
    spf: { ...none, identity: "mailfrom", domain: "", lookups: 0, voidLookups: 0 },
    dkim: [],
    arc: { ...none, instances: 0, sets: [] },
    dmarc: { ...none, testing: false, disposition: "none", aligned: { spf: false, dkim: false } },
    queries: [],
    field,
    stamp: stampWith(new Stamp(field, authservId)),
  };
  return Object.freeze(authentication);
}
