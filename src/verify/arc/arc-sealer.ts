import type { RawField } from "../../mime/head-reader.ts";
import { BodyHash } from "../../signing/canonical-body.ts";
import { canonicalField } from "../../signing/canonicalization.ts";
import { type DkimOptions, type DkimSettings, readDkimOptions } from "../../signing/dkim-options.ts";
import { signedFields } from "../../signing/signed-fields.ts";
import { refuseOption } from "../../text/options/option-reader.ts";
import { MessageReader } from "../message/message-reader.ts";
import { type MessageSource, readMessage } from "../message/message-source.ts";
import { SignedHeader } from "../signature/signed-header.ts";
import { arcFields, instanceOf, instancesIn, mostSets } from "./arc-chain.ts";
import type { ArcCode, ArcVerdict } from "./arc-verdict.ts";
import { SealField } from "./seal-field.ts";

/** Options of a sealer; only `domain`, `selector` and `key` are required. They are those of DkimSigner. */
export type ArcSealerOptions = Pick<
  DkimOptions,
  | "domain"
  | "selector"
  | "key"
  | "algorithm"
  | "passphrase"
  | "allowShortRsaKey"
  | "headers"
  | "oversign"
  | "timestamp"
>;

/** What a sealer needs of an Authentication: what was found out about the message when it was received. */
export interface SealedFindings {
  /** The whole Authentication-Results field. */
  readonly field: string;
  /** The verdict on the chain that the message came with. */
  readonly arc: Pick<ArcVerdict, "result" | "code" | "instances">;
}

/**
 * Adds a set to the ARC chain of messages that are sent on (RFC 8617), so that the next server can learn what they had
 * proved when they came, although a mailing list or a forwarder changed them.
 *
 * @example
 * ```ts
 * const authentication = await authenticate(received, { origin, resolver });
 * const fields = await sealer.seal(changed, authentication);
 * await transport.sendRaw(envelope, Buffer.concat([fields, changed]));
 * ```
 */
export class ArcSealer {
  readonly #settings: DkimSettings;

  private constructor(key: symbol, options: ArcSealerOptions) {
    if (key !== internal) throw refuseOption("ArcSealer", "use ArcSealer.create()");
    this.#settings = readDkimOptions(options, "ArcSealer");
    Object.freeze(this);
  }

  /**
   * Makes a sealer for any number of messages.
   *
   * @throws EnvoiError of kind `"configuration"` naming the option that is not valid.
   */
  static create(options: ArcSealerOptions): ArcSealer {
    return new ArcSealer(internal, options);
  }

  /**
   * Makes the fields to put in front of a message that is sent on, exactly as it was given here.
   *
   * A chain that was found broken is sealed as broken (`cv=fail`), over the new set alone. Nothing is returned if the
   * chain was recorded as broken before, if a key could not be looked up now, or if the chain has 50 sets already.
   *
   * @param message the message as it will be sent on
   * @param authentication what was found out when it was received
   * @returns the fields with their line ends; empty if the chain ends here
   * @throws EnvoiError of kind `"content"` if the source fails or the key cannot sign, `"aborted"` if it is aborted.
   */
  async seal(
    message: MessageSource,
    authentication: SealedFindings,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Buffer> {
    const body = new BodyHash("relaxed");
    let header = new SignedHeader([]);
    const reader = new MessageReader({
      head: (read) => {
        header = read;
      },
      body: (octets) => body.update(octets),
    });
    await readMessage(message, (octets) => reader.write(octets), signal);
    reader.end();
    const status = statusOf(header, authentication.arc);
    if (status === undefined) return Buffer.alloc(0);
    const set = await this.#set(header, body.digest(), authentication.field, status, signal);
    return Buffer.from(reader.areLf ? set.replaceAll("\r\n", "\n") : set, "latin1");
  }

  /** The three fields, with octets as Latin-1. */
  async #set(
    header: SignedHeader,
    bodyHash: string,
    resultsField: string,
    status: Status,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const { key, domain, selector, protections, now } = this.#settings;
    const [i, t] = [instancesIn(header) + 1, now()];
    const value = resultsField.slice(resultsField.indexOf(":") + 1).trim();
    const results = `ARC-Authentication-Results: i=${i}; ${Buffer.from(value).toString("latin1")}`;
    const { names, fields } = signedFields(header.fields, protections);
    const signatures = header.named("dkim-signature").toReversed();
    const h = [...names, ...signatures.map(({ name }) => name)].join(":");
    const common = { a: key.algorithm, b: "", d: domain, i, s: selector, t };
    const text = [...fields, ...signatures].map((field) => header.canonical(field, "relaxed")).join("");
    const sign = async (name: string, before: string, tags: object): Promise<string> => {
      // In the order of the alphabet, as the suite of ARC has them.
      const field = new SealField(name, Object.entries({ ...common, ...tags }).sort(byName));
      const data = before + canonicalField(name.toLowerCase(), field.unsigned, "relaxed");
      return field.signed(await key.sign(Buffer.from(data, "latin1"), signal));
    };
    const signature = await sign("ARC-Message-Signature", text, { bh: bodyHash, c: "relaxed/relaxed", h });
    const own = [results, signature].map((field) => header.canonical(rawField(field), "relaxed")).join("");
    const before = status === "fail" ? "" : chainOf(header, i - 1);
    const seal = await sign("ARC-Seal", before + own, { cv: status });
    return `${seal}\r\n${signature}\r\n${results}\r\n`;
  }
}

type Status = "none" | "pass" | "fail";

/** What the seal says about the chain below it, or `undefined` if there is nothing to seal. */
function statusOf(header: SignedHeader, arc: SealedFindings["arc"]): Status | undefined {
  const instances = instancesIn(header);
  if (header.problem !== undefined || instances >= mostSets) return undefined;
  if (arcFields.every((name) => header.named(name).length === 0)) return "none";
  if (arc.result === "none" || (arc.result === "pass" && arc.instances !== instances))
    throw refuseOption(
      "authentication",
      `expected that of this message, which has ${instances} ARC sets, got one of a message with ${arc.instances}`,
    );
  if (arc.result === "pass") return "pass";
  return neverSealed.has(arc.code) ? undefined : "fail";
}

/** What a server before recorded, and what may be a different verdict a moment later. */
const neverSealed: ReadonlySet<ArcCode> = new Set(["recorded", "dns", "deadline", "too-many-queries"]);

/** The sets that are sealed too, the oldest first. */
function chainOf(header: SignedHeader, count: number): string {
  let text = "";
  for (let instance = 1; instance <= count; instance++) {
    for (const name of arcFields) {
      const field = header.named(name).find((each) => instanceOf(each) === instance);
      if (field !== undefined) text += header.canonical(field, "relaxed");
    }
  }
  return text;
}

function rawField(text: string): RawField {
  return { name: text.slice(0, text.indexOf(":")).toLowerCase(), text };
}

function byName([one]: [string, unknown], [other]: [string, unknown]): number {
  return one < other ? -1 : 1;
}

const internal: unique symbol = Symbol("ArcSealer");
