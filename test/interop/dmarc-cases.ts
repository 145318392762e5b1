import { DkimSigner } from "envoi";
import type { Zone, ZoneRecords } from "envoi/verify";
import type { Random } from "../fuzz/random.ts";
import { rsa } from "../signing/keys.js";
import { mail, signedBy } from "../verify/signed-mail.js";

/** A mail, where it came from, and DNS. Its domains stand in no other case. */
export interface DmarcCase {
  /** What was chosen for it. */
  readonly kind: DmarcKind;
  readonly zone: Zone;
  readonly ip: string;
  readonly hello: string;
  /** The sender of MAIL FROM; empty if it is null. */
  readonly from: string;
  readonly mail: Buffer;
}

/** What a case was made of. */
export interface DmarcKind {
  readonly record: string;
  readonly spf: string;
  readonly dkim: string;
  readonly from: string;
  /** Labels of the author's domain below the organizational domain. */
  readonly depth: number;
  /** Whether the author's domain has an address. */
  readonly exists: boolean;
  /** How the domain that SPF is about stands to the author's. */
  readonly sender: string;
  /** How that of the signature does. */
  readonly signer: string;
}

interface Domains {
  readonly author: string;
  /** The organizational domain. The list of public suffixes has what stands above it, and no record does. */
  readonly organization: string;
  readonly random: Random;
}

type Texts = readonly string[] | "temporary";
type Place = Readonly<Record<string, Texts>>;

const policies = ["none", "quarantine", "reject"];
const policy = (random: Random) => random.of(policies);
const atTop =
  (text: (random: Random) => Texts) =>
  ({ organization, random }: Domains): Place => ({ [organization]: text(random) });

/** What stands where, by the kind of record. */
const recordKinds: Readonly<Record<string, (domains: Domains) => Place>> = {
  none: () => ({}),
  p: atTop((random) => [`v=DMARC1; p=${policy(random)}`]),
  "p and sp": atTop((random) => [`v=DMARC1; p=${policy(random)}; sp=${policy(random)}`]),
  "p, sp and np": atTop((random) => [
    `v=DMARC1; p=${policy(random)}; sp=${policy(random)}; np=${policy(random)}`,
  ]),
  modes: atTop((random) => [
    `v=DMARC1; p=${policy(random)}; adkim=${random.of(["r", "s"])}; aspf=${random.of(["r", "s"])}`,
  ]),
  testing: atTop((random) => [`v=DMARC1; p=${policy(random)}; t=y`]),
  "not testing": atTop((random) => [`v=DMARC1; p=${policy(random)}; t=n`]),
  "no suffix": atTop((random) => [`v=DMARC1; p=${policy(random)}; psd=n`]),
  "obsolete and unknown tags": atTop((random) => [
    `v=DMARC1; p=${policy(random)}; pct=0; fo=1; zz=1; ri=3600; rua=mailto:a@reports.test!10m`,
  ]),
  capitals: atTop((random) => [`v=DMARC1; P=${policy(random).toUpperCase()}; ADKIM=S; Aspf=S`]),
  blanks: atTop((random) => [`v=DMARC1 ;\t p = ${policy(random)} ;aspf\t=s; `]),
  "blanks in the version": atTop((random) => [`v = DMARC1; p=${policy(random)}`]),
  "version in small letters": atTop((random) => [`v=dmarc1; p=${policy(random)}`]),
  "version not first": atTop((random) => [`p=${policy(random)}; v=DMARC1`]),
  "another version": atTop((random) => [`v=DMARC2; p=${policy(random)}`]),
  "a longer version": atTop((random) => [`v=DMARC10; p=${policy(random)}`]),
  "no p, reports": atTop(() => ["v=DMARC1; rua=mailto:a@reports.test"]),
  "no p": atTop(() => ["v=DMARC1; aspf=s"]),
  "invalid p, reports": atTop(() => ["v=DMARC1; p=block; rua=mailto:a@reports.test"]),
  "invalid p": atTop(() => ["v=DMARC1; p=block"]),
  "invalid sp": atTop(() => ["v=DMARC1; p=reject; sp=block"]),
  "invalid mode": atTop(() => ["v=DMARC1; p=reject; adkim=x; aspf=x"]),
  "p twice": atTop(() => ["v=DMARC1; p=reject; p=none"]),
  "two records": atTop((random) => [`v=DMARC1; p=${policy(random)}`, `v=DMARC1; p=${policy(random)}`]),
  "another text": atTop((random) => ["v=spf1 -all", `v=DMARC1; p=${policy(random)}`]),
  temporary: atTop(() => "temporary"),
  "own and above": ({ author, organization, random }) => ({
    [organization]: [`v=DMARC1; p=${policy(random)}`],
    [author]: [`v=DMARC1; p=${policy(random)}; aspf=${random.of(["r", "s"])}`],
  }),
  "own, with sp": ({ author, organization, random }) => ({
    [organization]: [`v=DMARC1; p=${policy(random)}`],
    [author]: [`v=DMARC1; p=${policy(random)}; sp=${policy(random)}`],
  }),
  "own only": ({ author, random }) => ({ [author]: [`v=DMARC1; p=${policy(random)}`] }),
  between: ({ author, organization, random }) => ({
    [organization]: [`v=DMARC1; p=${policy(random)}`],
    ...(author.split(".").length - organization.split(".").length > 1 && {
      [author.slice(author.indexOf(".") + 1)]: [`v=DMARC1; p=${policy(random)}`],
    }),
  }),
};

/** The names of the kinds of records. */
export const dmarcRecordKinds: readonly string[] = Object.keys(recordKinds);

const relations = ["author", "organization", "below", "beside", "foreign"] as const;
const spfRecords: Readonly<Record<string, Texts>> = {
  pass: ["v=spf1 ip4:192.0.2.1 -all"],
  fail: ["v=spf1 -all"],
  softfail: ["v=spf1 ~all"],
  permerror: ["v=spf1 ip4:none -all"],
  temporary: "temporary",
};
const spfKinds = [
  "pass",
  "pass",
  "pass",
  "pass",
  "null sender",
  "fail",
  "softfail",
  "permerror",
  "temporary",
  "none",
];
const dkimKinds = ["none", "none", "pass", "pass", "pass", "damaged", "no key", "temporary", "another first"];
const fromKinds = ["address", "address", "name", "comment", "capitals", "two of a domain"];
const { value: key } = DkimSigner.record({ domain: "example.com", selector: "rsa", key: rsa });

/** A case whose record is of a kind. */
export function arbitraryDmarc(random: Random, record: string, index: number): DmarcCase {
  const organization = `ada${index}.${random.of(["com", "org", "co.uk", "com.au"])}`;
  const depth = random.below(3);
  const author = ["", "news.", "a.news."][depth] + organization;
  const foreign = `evil${index}.${random.of(["com", "net", "co.uk"])}`;
  const domainFor = {
    ...{ author, organization, foreign },
    below: `mail.${author}`,
    beside: `other.${organization}`,
  };
  const sender = random.of(relations);
  const signer = random.of(relations);
  const kind = {
    ...{ record, depth, sender, signer },
    exists: random.below(2) === 0,
    spf: random.of(spfKinds),
    dkim: random.of(dkimKinds),
    from: random.of(fromKinds),
  };
  const zone: Record<string, ZoneRecords> = {};
  const add = (name: string, records: ZoneRecords) => {
    zone[name] = { ...zone[name], ...records };
  };
  if (kind.exists) add(author, { A: ["192.0.2.9"] });
  const places = recordKinds[record]?.({ author, organization, random }) ?? {};
  for (const [name, TXT] of Object.entries(places)) add(`_dmarc.${name}`, { TXT });
  const senderDomain = domainFor[sender];
  const spf = spfRecords[kind.spf === "null sender" ? "pass" : kind.spf];
  if (spf !== undefined) add(senderDomain, { TXT: spf });
  return {
    ...{ kind, zone, ip: "192.0.2.1", mail: letterFor(kind, author, domainFor[signer], foreign, add) },
    hello: kind.spf === "null sender" ? senderDomain : "mx.invalid",
    from: kind.spf === "null sender" ? "" : `bounces@${senderDomain}`,
  };
}

function letterFor(
  { dkim, from }: Pick<DmarcKind, "dkim" | "from">,
  author: string,
  signer: string,
  foreign: string,
  add: (name: string, records: ZoneRecords) => void,
): Buffer {
  const letter = mail(
    `From: ${fromField(from, author)}\nTo: bob@example.org\nSubject: Tea\nDate: Mon, 30 Nov 2026 10:00:00 +0000\n\nAt four?\n`,
  );
  if (dkim === "none") return letter;
  if (dkim !== "no key") add(`rsa._domainkey.${signer}`, { TXT: dkim === "temporary" ? "temporary" : [key] });
  let signed = signedBy(letter, { domain: signer });
  if (dkim === "another first") {
    add(`rsa._domainkey.${foreign}`, { TXT: [key] });
    signed = signedBy(signed, { domain: foreign });
  }
  return dkim === "damaged" ? Buffer.concat([signed, Buffer.from("More\r\n")]) : signed;
}

function fromField(kind: string, domain: string): string {
  switch (kind) {
    case "name":
      return `"Ann, of ${domain}" <ann@${domain}>`;
    case "comment":
      return `ann@${domain} (from home)`;
    case "capitals":
      return `Ann <ANN@${domain.toUpperCase()}>`;
    case "two of a domain":
      return `ann@${domain}, Bob <bob@${domain}>`;
    default:
      return `ann@${domain}`;
  }
}
