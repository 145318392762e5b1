import { domainOption } from "../../address/domain-option.ts";
import { authservIdOption } from "../../mime/authserv-id.ts";
import { group, listOf, objectWith } from "../../text/options/option-kinds.ts";
import { type OptionReader, type OptionReaders, wrongChoice } from "../../text/options/option-reader.ts";
import type { Authentication } from "../../verify/authentication/authentication.ts";
import type { Resolver } from "../../verify/resolver/resolver.ts";
import type { Session } from "../connection/session.ts";
import type { ReplyLike } from "../hooks/hooks.ts";

/**
 * What a server does with a message that fails DMARC:
 *
 * - `"observe"`: nothing. The hook finds in `dmarc.disposition` what the owner of the author's domain asks for, or
 *   `"none"` if the address of the client is not known.
 * - `"quarantine"`: asks the hook `data` to quarantine it, also if the owner asks for `"reject"`: `dmarc.disposition`
 *   is never more than `"quarantine"`. RFC 9989 asks receivers not to refuse messages for the policy alone.
 * - `"reject"`: answers 550 5.7.1 if the result is `"fail"`, the owner asks for `"reject"`, and the address of the
 *   client is known. The reader of the content gets an error. This refuses genuine mail of lists and forwarders too.
 */
export type DmarcMode = "observe" | "quarantine" | "reject";

/**
 * What the function of {@link VerifyOptions.dmarc} decides for one message: a {@link DmarcMode}; a reply, which refuses
 * it; or `"accept"`, which sets `dmarc.disposition` to `"none"`. Nothing returned is `"observe"`.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a function that returns nothing is what this is about
export type DmarcDecision = DmarcMode | "accept" | ReplyLike | void | undefined;

/** Decides what is done with a message, when all of it has arrived and been verified. */
export type DmarcFunction<State = Record<string, unknown>> = (
  authentication: Authentication,
  session: Session<State>,
) => DmarcDecision | Promise<DmarcDecision>;

/** How a server finds out who sent the messages that it gets. */
export interface VerifyOptions<State = Record<string, unknown>> {
  /** Where the answers to DNS questions come from. Default: the DNS of the system. */
  readonly resolver?: Resolver;
  /** The domains whose ARC seals are believed, such as those of mailing lists that you know. Default: none. */
  readonly trustedSealers?: readonly string[];
  /**
   * The name of this server in Authentication-Results; default: `hostname`. Servers that trust each other's fields may
   * share one.
   */
  readonly authservId?: string;
  /** What is done with messages that fail DMARC; default `"observe"`. A temporary DNS failure refuses nothing. */
  readonly dmarc?: DmarcMode | DmarcFunction<State>;
}

/** The readers of these options. */
export const verifyReaders: OptionReaders<VerifyOptions> = {
  resolver: objectWith("resolve"),
  trustedSealers: listOf(domainOption),
  authservId: authservIdOption,
  dmarc: readDmarc,
};

/** Reads the option `verify`. */
export const readVerify: OptionReader<VerifyOptions> = group(verifyReaders);

/** Whether a value is one of the words of {@link DmarcMode}. */
export function isDmarcMode(value: unknown): value is DmarcMode {
  return value === "observe" || value === "quarantine" || value === "reject";
}

function readDmarc(value: unknown, field: string): DmarcMode | DmarcFunction {
  if (isDmarcMode(value)) return value;
  if (typeof value === "function") return value as DmarcFunction;
  throw wrongChoice(field, '"observe", "quarantine", "reject" or a function', value);
}
