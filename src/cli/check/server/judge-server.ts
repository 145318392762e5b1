import { type Finding, worstFirst } from "../finding.ts";
import { judgeCertificate } from "./judge-certificate.ts";
import { judgeConnection } from "./judge-connection.ts";
import { judgeEncryption } from "./judge-encryption.ts";
import { judgeHello } from "./judge-hello.ts";
import { judgeMail } from "./judge-mail.ts";
import type { ServerFacts } from "./server-facts.ts";
import type { ProbeOptions } from "./server-target.ts";

/** What a person must change about a server, the worst first. */
export function judgeServer(
  facts: ServerFacts,
  options: Pick<ProbeOptions, "from" | "to">,
  now: number = Date.now(),
): Finding[] {
  return worstFirst([
    ...judgeConnection(facts),
    ...judgeHello(facts),
    ...judgeEncryption(facts),
    ...judgeCertificate(facts, now),
    ...judgeMail(facts, options),
  ]);
}
