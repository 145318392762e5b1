import type { Advice } from "../../verify/advice/advice.ts";
import type { Authentication } from "../../verify/authentication/authentication.ts";
import type { StoredMail } from "../store/stored-mail.ts";
import { LabError, shownValue } from "./lab-error.ts";

/** The verdicts on who sent a mail, with what its sender should change. */
export interface VerdictsJson
  extends Partial<Pick<Authentication, "author" | "spf" | "helloSpf" | "dkim" | "arc" | "dmarc" | "field">> {
  readonly verified: boolean;
  readonly advice: readonly Advice[];
}

/** Describes verdicts. */
export async function verdictsJson(authentication: Authentication): Promise<VerdictsJson> {
  const { advise } = await import("../../verify/advice/advise.ts");
  const { author, spf, helloSpf, dkim, arc, dmarc, field } = authentication;
  return { verified: true, advice: advise(authentication), author, spf, helloSpf, dkim, arc, dmarc, field };
}

/** The answer about a mail that nobody verified. */
export const unverified: VerdictsJson = {
  verified: false,
  advice: [
    {
      severity: "note",
      about: "dmarc",
      what: "Nobody has verified who sent this mail.",
      remedy: "Start the catcher with --zone FILE, which stands for DNS, or post a zone to this address.",
    },
  ],
};

/**
 * Verifies a mail with the DNS that the body describes, as if it came from the address that it names.
 *
 * @throws LabError for a body that is not valid; EnvoiError for a zone that is not valid.
 */
export async function verifiedBy(
  body: unknown,
  mail: StoredMail,
  signal: AbortSignal,
): Promise<Authentication> {
  const { zone, ip, hello, from } = readBody(body);
  const { ZoneResolver } = await import("../../verify/resolver/zone-resolver.ts");
  const { authenticate } = await import("../../verify/authentication/authenticate.ts");
  // The zone checks itself.
  const resolver = new ZoneResolver(zone as ConstructorParameters<typeof ZoneResolver>[0]);
  const address = ip ?? mail.client?.address ?? "";
  const origin = {
    ip: address,
    hello: hello ?? mail.client?.hello ?? "",
    from: from === undefined ? mail.envelope.from || null : from || null,
  };
  return await authenticate(mail.raw, { resolver, signal, ...(address !== "" && { origin }) });
}

function readBody(body: unknown) {
  const fields = ["zone", "ip", "hello", "from"];
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw new LabError({ field: "body", expected: "an object with the field zone", got: shownValue(body) });
  for (const name of Object.keys(body))
    if (!fields.includes(name))
      throw new LabError({
        field: name,
        expected: `one of the fields ${fields.join(", ")}`,
        got: "another one",
      });
  const given = body as Readonly<Record<string, unknown>>;
  const text = (name: string): string | undefined => {
    const value = given[name];
    if (value === undefined || typeof value === "string") return value;
    throw new LabError({ field: name, expected: "a string", got: shownValue(value) });
  };
  if (given["zone"] === undefined)
    throw new LabError({
      field: "zone",
      expected: "the records of DNS by name",
      got: "nothing",
      remedy: 'Give it as in { "example.com": { "TXT": ["v=spf1 -all"] } }',
    });
  return { zone: given["zone"], ip: text("ip"), hello: text("hello"), from: text("from") };
}
