import type { Answer, RecordType, ResolveOptions } from "./answer.ts";
import { SystemResolver, type SystemResolverOptions } from "./system-resolver.ts";
import { type Zone, ZoneResolver } from "./zone-resolver.ts";

/**
 * Where the answers to DNS questions come from. Implement it to use a resolver of your own.
 *
 * Names are in ASCII, in lower case and without a dot at their end. They may have characters that no host name has,
 * such as `_` and, in names that SPF macros make, `+`, `=` or `%`: one that cannot be asked for must be answered with a
 * temporary failure, never with the answer for another name.
 */
export interface Resolver {
  /** Answers one question. Rejects only if `signal` aborts. */
  resolve(name: string, type: RecordType, options?: ResolveOptions): Promise<Answer>;
}

/** Resolvers to choose from. */
export const Resolver: {
  /**
   * The DNS of the system, by node:dns, with a cache. Make one for the whole program.
   *
   * @throws EnvoiError of kind `"configuration"` if an option is not valid.
   * @example
   * ```ts
   * const resolver = Resolver.system({ servers: ["192.0.2.53"] });
   * const verdict = await checkSpf({ ip: "192.0.2.1", hello: "mail.example.org", from: null, resolver });
   * ```
   */
  readonly system: (options?: SystemResolverOptions) => SystemResolver;
  /**
   * DNS for tests: the names of a zone and nothing else. `asked` has the questions so far.
   *
   * A string `"temporary"` instead of records makes a type, or a whole name, fail.
   *
   * @throws EnvoiError of kind `"configuration"` if the zone is not valid.
   * @example
   * ```ts
   * const resolver = Resolver.zone({
   *   "example.org": { TXT: ["v=spf1 mx -all"], MX: [[10, "mx.example.org"]] },
   *   "mx.example.org": { A: "192.0.2.1", AAAA: "temporary" },
   * });
   * await resolver.resolve("example.org", "TXT"); // { outcome: "found", records: ["v=spf1 mx -all"] }
   * resolver.asked; // [{ name: "example.org", type: "TXT" }]
   * ```
   */
  readonly zone: (zone: Zone) => ZoneResolver;
} = {
  system: (options) => new SystemResolver(options),
  zone: (zone) => new ZoneResolver(zone),
};
