import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { ed25519, recordOf, rsa } from "../signing/keys.js";
import { handSigned, signedBy } from "../verify/signed-mail.js";

/** A mail to verify, made of an intact one. */
export interface Damaged {
  readonly kind: string;
  readonly mail: Buffer;
}

const domain = "example.com";
const now = Date.now();
const forms = ["relaxed/relaxed", "relaxed/simple", "simple/relaxed", "simple/simple"] as const;
const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const short = generateKeyPairSync("rsa", { modulusLength: 768 }).privateKey;
const good = recordOf(rsa);
const p = good.slice(good.indexOf("p="));

/** Every state of DNS, by the selector that leads to it. */
const keys: Readonly<Record<string, string | null>> = {
  rsa: good,
  ed25519: recordOf(ed25519),
  absent: null,
  temporary: "temporary",
  revoked: "v=DKIM1; p=",
  broken: "v=DKIM1; k=rsa; p=MIIBIjANBg",
  nothing: "v=DKIM1; k=rsa",
  version: `v=DKIM2; ${p}`,
  other: recordOf(other),
  type: recordOf(ed25519),
  service: `v=DKIM1; s=tlsrpt; ${p}`,
  hash: `v=DKIM1; h=sha1; ${p}`,
  strict: `v=DKIM1; t=s; ${p}`,
  testing: `v=DKIM1; t=y; ${p}`,
  short: recordOf(short),
  twice: `v=DKIM1; k=rsa; k=rsa; ${p}`,
};

/** The records of DNS, by name. */
export const records: Readonly<Record<string, string | null>> = Object.fromEntries(
  Object.entries(keys).map(([selector, record]) => [`${selector}._domainkey.${domain}`, record]),
);

type Signed = (options?: object) => string;
type Change = (signed: Signed, letter: Buffer, chance: number) => string | Buffer;

const body = (mail: string): number => mail.indexOf("\r\n\r\n") + 4;
const inBody = (mail: string, change: (text: string) => string): string =>
  mail.slice(0, body(mail)) + change(mail.slice(body(mail)));
const inHeader = (mail: string, change: (text: string) => string): string =>
  change(mail.slice(0, body(mail))) + mail.slice(body(mail));
/** A change of the signature's own field, the first. */
const inField = (mail: string, change: (text: string) => string): string => {
  const end = mail.search(/\r\n(?![ \t])/);
  return change(mail.slice(0, end)) + mail.slice(end);
};
const withKey =
  (selector: string, key: KeyObject = rsa, options: object = {}): Change =>
  (_, letter) =>
    signedBy(letter, { selector, key, allowShortRsaKey: true, ...options });
const byHand =
  (changes: Readonly<Record<string, string | undefined>>): Change =>
  (_, letter) =>
    handSigned(letter, changes);

/** The kinds of damage; the first few are none. */
export const kinds: Readonly<Record<string, Change>> = {
  none: (signed) => signed(),
  "a key that is only tested": withKey("testing"),
  "more empty lines at the end": (signed) => `${signed()}\r\n\r\n`,
  "trace fields on top": (signed) => `Received: from a by b\r\nX-Spam: no\r\n${signed()}`,
  "the signature below the other fields": (signed) => {
    const mail = signed();
    const end = mail.search(/\r\n(?![ \t])/) + 2;
    return `${mail.slice(end, body(mail) - 2)}${mail.slice(0, end)}${mail.slice(body(mail) - 2)}`;
  },
  "names of fields in capitals": (signed) =>
    inHeader(signed(), (text) => text.replace(/^subject:/im, "SUBJECT:")),
  "other folds": (signed) => inHeader(signed(), (text) => text.replace(/^Subject: /m, "Subject:\r\n\t ")),
  "blanks at the ends of lines": (signed) => inBody(signed(), (text) => text.replace(/(?<=\S)\r\n/, " \r\n")),
  "an octet of the body changed": (signed, _, chance) =>
    inBody(signed(), (text) => {
      const at = Math.floor(chance * Math.max(text.length - 2, 1));
      return `${text.slice(0, at)}${text[at] === "x" ? "y" : "x"}${text.slice(at + 1)}`;
    }),
  "a line more in the body": (signed) => `${signed()}-- \r\nThe list\r\n`,
  "a line less in the body": (signed) => inBody(signed(), (text) => text.replace(/^[^\r]+\r\n/, "")),
  "an empty line in the middle": (signed) => inBody(signed(), (text) => `\r\n${text}`),
  "another Subject": (signed) =>
    inHeader(signed(), (text) => text.replace(/^Subject: /im, "Subject: [list] ")),
  "no Subject": (signed) =>
    inHeader(signed(), (text) => text.replace(/^Subject:.*\r\n(?:[ \t].*\r\n)*/im, "")),
  "a second From": (signed) => `From: evil@example.net\r\n${signed()}`,
  "a second Subject": (signed) => `Subject: evil\r\n${signed()}`,
  "another From": (signed) => inHeader(signed(), (text) => text.replace(/^From: /im, "From: not ")),
  "another value of b=": (signed) =>
    inField(signed(), (text) =>
      text.replace(/([;\s]b=)(.)/, (_, tag, octet) => tag + (octet === "A" ? "B" : "A")),
    ),
  "half of b=": (signed) => inField(signed(), (text) => text.slice(0, text.lastIndexOf("b=") + 42)),
  "an empty b=": (signed) => inField(signed(), (text) => text.slice(0, text.lastIndexOf("b=") + 2)),
  "another value of bh=": (signed) =>
    inField(signed(), (text) => text.replace(/bh=(.)/, (_, octet) => `bh=${octet === "A" ? "B" : "A"}`)),
  "another d=": (signed) => inField(signed(), (text) => text.replace("d=example.com", "d=example.net")),
  "another s=": (signed) => inField(signed(), (text) => text.replace(/([ \t])s=\w+;/, "$1s=absent;")),
  "another version": byHand({ v: "2" }),
  "no version": byHand({ v: undefined }),
  "rsa-sha1": byHand({ a: "rsa-sha1" }),
  "an unknown algorithm": byHand({ a: "rsa-md5" }),
  "an unknown canonicalization": byHand({ c: "nowsp/simple" }),
  "From not signed": byHand({ h: "to:subject:date" }),
  "an identity elsewhere": byHand({ i: "@example.net" }),
  "a tag twice": (signed) =>
    inField(signed(), (text) => text.replace("d=example.com;", "d=example.com; d=example.com;")),
  "an unknown tag": byHand({ zz: "1" }),
  "an unknown tag, added later": (signed) =>
    inField(signed(), (text) => text.replace("d=example.com;", "d=example.com; zz=1;")),
  "not base64": (signed) => inField(signed(), (text) => text.replace(/bh=/, "bh=!")),
  expired: (_, letter) => signedBy(letter, { timestamp: new Date(now - 90 * 86_400_000), expiresIn: 3600 }),
  "from the future": byHand({ t: String(Math.floor(now / 1000) + 30 * 86_400) }),
  "only the beginning signed": (_, letter) =>
    Buffer.concat([signedBy(letter, { insecureBodyLength: true }), Buffer.from("More\r\n")]),
  "nothing of the body signed": byHand({ l: "0" }),
  "more signed than there is": byHand({ l: "99999999" }),
  "lines that end in LF in the wrong place": (signed) =>
    inBody(signed(), (text) => text.replace("\r\n", "\n")),
  "no key": withKey("absent"),
  "no answer for the key": withKey("temporary"),
  "a key that was revoked": withKey("revoked"),
  "a key that is cut": withKey("broken"),
  "a record without a key": withKey("nothing"),
  "a record of another version": withKey("version"),
  "another key": withKey("other"),
  "a key of another kind": withKey("type"),
  "a key for another service": withKey("service"),
  "a key for another hash": withKey("hash"),
  "a key that is too short": (_, letter) => handSigned(letter, { s: "short" }, short),
  "a record with a tag twice": withKey("twice"),
  "a strict key with an identity below": withKey("strict", rsa, { identity: "@news.example.com" }),
  "a strict key with its own identity": withKey("strict", rsa, { identity: "ann@example.com" }),
};

/** Damages a letter in one way. @param chance from 0 to below 1 */
export function damage(kind: string, letter: Buffer, index: number, chance: number): Damaged {
  const canonicalization = forms[index % forms.length] ?? "relaxed/relaxed";
  const [selector, key] = index % 3 === 0 ? (["ed25519", ed25519] as const) : (["rsa", rsa] as const);
  const signed: Signed = (options = {}) =>
    signedBy(letter, { canonicalization, selector, key, ...options }).toString("latin1");
  const mail = kinds[kind]?.(signed, letter, chance) ?? signed();
  return { kind, mail: typeof mail === "string" ? Buffer.from(mail, "latin1") : mail };
}
