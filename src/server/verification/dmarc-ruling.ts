import { Reply } from "../../protocol/reply.ts";
import type { Authentication } from "../../verify/authentication/authentication.ts";
import type { DmarcMode } from "../options/verify-options.ts";

/** What becomes of a message that was verified. */
export interface Ruling {
  /** What the host application gets. Its disposition says what this server wants done. */
  readonly authentication: Authentication;
  /** Refuses the message. */
  readonly refusal?: Reply | undefined;
}

/** What is known of the client when a message is ruled on. */
export interface Judgeability {
  /** Whether the address of the client is known, without which SPF says nothing. */
  readonly known: boolean;
  /** Whether the client is the one that must hear a refusal. */
  readonly refusable: boolean;
}

/** What becomes of a message, by what DMARC says. */
export function rulingOf(
  mode: DmarcMode | "accept",
  authentication: Authentication,
  { known, refusable }: Judgeability,
): Ruling {
  const { dmarc } = authentication;
  if (dmarc.result !== "fail") return { authentication };
  // SPF might have passed.
  if (mode === "accept" || !known) return { authentication: withDisposition(authentication, "none") };
  if (mode === "observe") return { authentication };
  if (dmarc.disposition !== "reject") return { authentication };
  if (mode === "quarantine") return { authentication: withDisposition(authentication, "quarantine") };
  return refusable ? { authentication, refusal: rejected(dmarc.domain) } : { authentication };
}

function withDisposition(
  authentication: Authentication,
  disposition: Authentication["dmarc"]["disposition"],
): Authentication {
  return Object.freeze({ ...authentication, dmarc: { ...authentication.dmarc, disposition } });
}

function rejected(domain: string | undefined): Reply {
  return Reply.of(550, "5.7.1", `Email rejected per DMARC policy for ${domain}`);
}
