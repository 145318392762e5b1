import type { ServerFacts } from "../server/server-facts.ts";
import type { AuthorPolicyFacts } from "./author-policy.ts";
import type { DaneFacts } from "./dane.ts";
import type { DkimKeyFacts } from "./dkim-keys.ts";
import type { ExchangersFacts } from "./mail-exchangers.ts";
import type { StsFacts } from "./mta-sts.ts";
import type { SenderPolicyFacts } from "./sender-policy.ts";
import type { ServiceFacts } from "./services.ts";
import type { TlsReportingFacts } from "./tls-reporting.ts";

/** Everything that was learnt about a domain. */
export interface DomainFacts {
  readonly domain: string;
  /** Whether it exists in DNS. */
  readonly exists: boolean;
  /** Why nothing is known of it, if DNS answers no question about it. */
  readonly unknown?: string | undefined;
  /** The name that it is an alias of, if that does not exist. */
  readonly danglingAlias?: string | undefined;
  readonly exchangers: ExchangersFacts;
  readonly services: readonly ServiceFacts[];
  readonly sts: StsFacts;
  readonly dane: readonly DaneFacts[];
  readonly tlsReporting: TlsReportingFacts;
  readonly senderPolicy: SenderPolicyFacts;
  readonly dkim: readonly DkimKeyFacts[];
  readonly authorPolicy: AuthorPolicyFacts;
  /** What was learnt of its mail exchangers and submission servers by connecting to them. */
  readonly servers: readonly (ServerFacts & { readonly role: "exchanger" | "submission" })[];
}
