import { refuseOption } from "../../text/options/option-reader.ts";
import { ArcCheck } from "../arc/arc-check.ts";
import { trustedSet } from "../arc/arc-trust.ts";
import type { ArcVerdict } from "../arc/arc-verdict.ts";
import { DkimCheck } from "../dkim/dkim-check.ts";
import { type Author, readAuthor } from "../dmarc/author.ts";
import { DmarcEvaluation } from "../dmarc/dmarc-evaluation.ts";
import type { DmarcVerdict } from "../dmarc/dmarc-verdict.ts";
import { Inquiry } from "../inquiry.ts";
import { secondsOf } from "../look-up-options.ts";
import { MessagePass } from "../message/message-pass.ts";
import { resultsField } from "../results/results-text.ts";
import { Stamp } from "../results/stamp.ts";
import type { BodyForm } from "../signature/body-hashes.ts";
import type { SignedHeader } from "../signature/signed-header.ts";
import { evaluateSpf } from "../spf/check-spf.ts";
import { spfSender } from "../spf/spf-origin.ts";
import type { SpfVerdict } from "../spf/spf-verdict.ts";
import type { Authentication } from "./authentication.ts";
import {
  type AuthenticatorOptions,
  type AuthenticatorSettings,
  readAuthenticatorOptions,
} from "./authenticator-options.ts";
import { authorFields } from "./author-fields.ts";
import { resultsOf } from "./results-of.ts";
import { stampWith } from "./stamp-with.ts";

/**
 * The authentication of one message while it arrives: SPF, DKIM, ARC and DMARC in one pass. SPF is asked for at once,
 * keys and policies as soon as the header has ended. Nothing of the body is kept.
 *
 * End it with `finish` or `abandon`.
 *
 * @example
 * ```ts
 * const authenticator = Authenticator.begin({ origin, authservId: "mx.example.com" });
 * if ((await authenticator.spf).result === "fail") console.warn("SPF fails");
 * for await (const octets of content) authenticator.write(octets);
 * const { dmarc, author } = await authenticator.finish();
 * console.log(dmarc.result, author.domain);
 * ```
 */
export class Authenticator {
  /** The verdict of SPF, which does not need the message. Rejects only if it is aborted. */
  readonly spf: Promise<SpfVerdict>;
  readonly #settings: AuthenticatorSettings;
  readonly #inquiry: Inquiry;
  readonly #helloSpf: Promise<SpfVerdict> | undefined;
  readonly #pass: MessagePass<Checks>;
  #finished: Promise<Authentication> | undefined;

  private constructor(options: AuthenticatorOptions) {
    const settings = readAuthenticatorOptions(options);
    const { origin, resolver, now } = settings;
    this.#settings = settings;
    this.#inquiry = new Inquiry(resolver, settings);
    this.spf = this.#evaluateSpf(origin ?? { ip: "", hello: "", from: null });
    const named = origin !== undefined && spfSender({ hello: origin.hello, from: null }).valid;
    this.#helloSpf =
      named && spfSender(origin).identity === "mailfrom"
        ? this.#evaluateSpf({ ...origin, from: null })
        : undefined;
    for (const promise of [this.spf, this.#helloSpf]) promise?.catch(() => {});
    this.#pass = new MessagePass((header) => {
      this.#inquiry.renew();
      return new Checks(header, this.#inquiry, secondsOf(now));
    });
  }

  /**
   * Begins with what is known before the message comes.
   *
   * @throws EnvoiError of kind `"configuration"` naming the option that is not valid.
   */
  static begin(options: AuthenticatorOptions = {}): Authenticator {
    return new Authenticator(options);
  }

  /**
   * Takes the next octets of the message, in pieces of any size. They may be reused afterwards.
   *
   * @throws EnvoiError of kind `"configuration"` after `finish`.
   */
  write(octets: Uint8Array): void {
    if (this.#finished !== undefined) throw refuseOption("write", "expected no octets after finish()");
    this.#pass.write(octets);
  }

  /**
   * The message is complete. A message of any shape gives verdicts.
   *
   * @throws EnvoiError of kind `"aborted"` if the signal aborts.
   */
  finish(): Promise<Authentication> {
    this.#finished ??= this.#finish();
    return this.#finished;
  }

  /** The message does not come, or its verdicts are not needed. Ends the questions that are still being asked. */
  abandon(): void {
    this.#inquiry.close();
  }

  #evaluateSpf(origin: NonNullable<AuthenticatorSettings["origin"]>): Promise<SpfVerdict> {
    const { authservId, now } = this.#settings;
    const time = now === undefined ? {} : { now: new Date(now) };
    return evaluateSpf(this.#inquiry, { ...origin, receiver: authservId, ...time });
  }

  async #finish(): Promise<Authentication> {
    const { authservId, origin, trustedSealers } = this.#settings;
    try {
      const { check, bodies, octets } = this.#pass.end();
      this.#inquiry.renew();
      const [spf, helloSpf, dkim, arc] = await Promise.all([
        this.spf,
        this.#helloSpf,
        check.dkim.verdicts(bodies, octets),
        check.arc.verdict(bodies),
      ]);
      const dmarc = await check.dmarc.verdict({ spf, dkim });
      const queries = [...this.#inquiry.queries];
      const { addresses, domain, problem } = check.author;
      const facts = {
        author: { domain, addresses, reason: problem?.reason },
        ...{ spf, helloSpf, dkim, arc, queries },
        dmarc: withTrust(dmarc, arc, trustedSealers),
      };
      const field = resultsField(resultsOf(facts, authservId, origin));
      return Object.freeze({ ...facts, field, stamp: stampWith(new Stamp(field, authservId)) });
    } finally {
      this.#inquiry.close();
    }
  }
}

/** What is verified of one message, from the end of its header. */
class Checks {
  readonly dkim: DkimCheck;
  readonly arc: ArcCheck;
  readonly author: Author;
  readonly dmarc: DmarcEvaluation;

  constructor(header: SignedHeader, inquiry: Inquiry, now: number) {
    this.dkim = new DkimCheck(header, inquiry, now);
    this.arc = new ArcCheck(header, inquiry, now);
    this.author =
      header.problem === undefined
        ? readAuthor(authorFields(header))
        : { addresses: [], problem: { code: "invalid-from", reason: header.problem } };
    this.dmarc = new DmarcEvaluation(inquiry.part(), this.author, this.dkim.domains);
  }

  get forms(): readonly BodyForm[] {
    return [...this.dkim.forms, ...this.arc.forms];
  }
}

/** A trusted chain changes what is asked to be done, and not what is proved. */
function withTrust(dmarc: DmarcVerdict, arc: ArcVerdict, trusted: ReadonlySet<string>): DmarcVerdict {
  if (dmarc.result !== "fail" || dmarc.domain === undefined) return dmarc;
  const set = trustedSet(arc, trusted, dmarc.domain);
  if (set === undefined) return dmarc;
  const reason = `${dmarc.reason}; but by ARC, ${set.sealer} says that DMARC passed when the message came to it`;
  return { ...dmarc, code: "arc", reason, disposition: "none" };
}
