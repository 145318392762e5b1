import { hostname } from "node:os";
import { Address } from "../../address/address.ts";
import { canonicalDomain } from "../../address/domain.ts";
import { EnvoiError } from "../../errors.ts";
import { group, listOf } from "../../text/options/option-kinds.ts";
import {
  type OptionReaders,
  readOptions,
  refuseOption,
  wrongChoice,
  wrongOption,
} from "../../text/options/option-reader.ts";
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
  authservId: readAuthservId,
  trustedSealers: listOf(readDomain),
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
  return plain.test(name) ? name.toLowerCase() : "localhost";
}

/** A name that no reader cuts or quotes. */
const plain: RegExp = /^[^\0- "(),/:;<=>?@[\\\]\x7f]+$/;

function readAuthservId(value: unknown, field: string): string {
  if (typeof value === "string" && plain.test(value)) return value;
  throw wrongOption(field, "a name such as mx.example.com", value);
}

function readString(value: unknown, field: string): string {
  if (typeof value === "string") return value;
  throw wrongOption(field, "a string", value);
}

function readSender(value: unknown, field: string): Origin["from"] {
  if (value === null || typeof value === "string" || Address.is(value)) return value;
  throw wrongOption(field, "an address or, of the null sender, null", value);
}

function readDomain(value: unknown, field: string): string {
  try {
    return canonicalDomain(value as string);
  } catch (error) {
    if (!EnvoiError.is(error)) throw error;
    if (typeof value !== "string") throw wrongChoice(field, "a domain name", value);
    throw refuseOption(field, error.message, undefined, error);
  }
}
