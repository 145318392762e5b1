import { hostname } from "node:os";
import { Address } from "../../address/address.ts";
import { domainOption } from "../../address/domain-option.ts";
import { authservIdOption, isAuthservId } from "../../mime/authserv-id.ts";
import { group, listOf } from "../../text/options/option-kinds.ts";
import { type OptionReaders, readOptions, wrongOption } from "../../text/options/option-reader.ts";
import { type LookUpOptions, lookUpReaders } from "../look-up-options.ts";
import { Resolver } from "../resolver/resolver.ts";
import type { Origin } from "../spf/spf-origin.ts";

/** The options of an authentication. */
export interface AuthenticatorOptions extends Partial<LookUpOptions> {
  /** Where the message came from. Without it, SPF is `"none"`. */
  readonly origin?: Origin | undefined;
  /** The name of this server in Authentication-Results. Default: the host name. */
  readonly authservId?: string | undefined;
  /**
   * The domains whose ARC seals are believed, such as those of mailing lists that you know. Default: none. They must be
   * the domains themselves; those below them are not meant.
   */
  readonly trustedSealers?: readonly string[] | undefined;
}

/** The options, checked and with their defaults. */
export interface AuthenticatorSettings extends LookUpOptions {
  readonly origin: Origin | undefined;
  readonly authservId: string;
  readonly trustedSealers: ReadonlySet<string>;
}

const readers: OptionReaders<AuthenticatorOptions> = {
  ...lookUpReaders,
  origin: group<Origin>({ ip: readString, hello: readString, from: readSender }, ["ip", "hello", "from"]),
  authservId: authservIdOption,
  trustedSealers: listOf(domainOption),
};

/** @throws EnvoiError of kind `"configuration"` that names the option. */
export function readAuthenticatorOptions(given: AuthenticatorOptions): AuthenticatorSettings {
  const { origin, authservId, trustedSealers = [], resolver, ...limits } = readOptions(given, readers);
  return {
    ...limits,
    resolver: resolver ?? systemResolver(),
    origin,
    authservId: authservId ?? ownName(),
    trustedSealers: new Set(trustedSealers),
  };
}

let shared: Resolver | undefined;

/** One for all, because it has a cache. */
function systemResolver(): Resolver {
  shared ??= Resolver.system();
  return shared;
}

function ownName(): string {
  const name = hostname();
  return isAuthservId(name) ? name.toLowerCase() : "localhost";
}

function readString(value: unknown, field: string): string {
  if (typeof value === "string") return value;
  throw wrongOption(field, "a string", value);
}

function readSender(value: unknown, field: string): Origin["from"] {
  if (value === null || typeof value === "string" || Address.is(value)) return value;
  throw wrongOption(field, "an address or, of the null sender, null", value);
}
