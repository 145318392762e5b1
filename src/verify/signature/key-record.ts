import type { KeyFault, NoKeyRecord } from "./key-fault.ts";
import { type PublicKey, readPublicKey } from "./public-key.ts";
import { readTagList, withoutSpace } from "./tag-list.ts";

/** A key record (RFC 6376 section 3.6.1). */
export interface KeyRecord {
  readonly key: PublicKey;
  /** `t=y`: the domain is only testing DKIM. */
  readonly testing: boolean;
  /** `t=s`: the domain of `i=` must be that of `d=`. */
  readonly strict: boolean;
}

/** Whether a record is of a key at all: other texts may be at the same name. */
export function looksLikeKey(text: string): boolean {
  return (
    /^[\t\n\r ]*v[\t\n\r ]*=[\t\n\r ]*DKIM1[\t\n\r ]*(?:;|$)/.test(text) ||
    /(?:^|;)[\t\n\r ]*p[\t\n\r ]*=/.test(text)
  );
}

/** Reads a key record. The same record gives the same result, so the last records are kept with their keys. */
export function readKeyRecord(text: string): KeyRecord | NoKeyRecord {
  const known = read.get(text);
  if (known !== undefined) return known;
  const record = parse(text);
  // The oldest goes; a Map keeps its entries in their order.
  if (read.size >= mostRead) read.delete(read.keys().next().value as string);
  read.set(text, record);
  return record;
}

const mostRead = 500;
const read: Map<string, KeyRecord | NoKeyRecord> = new Map();

function parse(text: string): KeyRecord | NoKeyRecord {
  const tags = readTagList(text);
  if ("problem" in tags) return wrong("key-syntax", `the key record is not a tag list: ${tags.problem}`);
  const tag = (name: string): string | undefined => tags.get(name)?.value;
  const version = tag("v");
  if (version !== undefined && (version !== "DKIM1" || tags.keys().next().value !== "v"))
    return wrong("key-syntax", "the key record does not begin with v=DKIM1");
  const data = tag("p");
  if (data === undefined) return wrong("key-syntax", "the key record has no p=");
  const type = tag("k") ?? "rsa";
  if (type !== "rsa" && type !== "ed25519")
    return wrong("key-type", "the key record is for a kind of key that is not known (k=)");
  if (!lists(tag("h"), "sha256")) return wrong("key-hash", "the key record does not allow sha256 (h=)");
  if (!lists(tag("s"), "email", "*")) return wrong("key-service", "the key record is not for mail (s=)");
  if (data === "") return wrong("key-revoked", "the key was revoked: p= of its record is empty");
  const key = readPublicKey(type, withoutSpace(data));
  if ("code" in key) return key;
  const flags = tag("t");
  const has = (flag: string): boolean => flags !== undefined && lists(flags, flag);
  return { key, testing: has("y"), strict: has("s") };
}

/** Whether one of these words is in a list with colons. A list that is absent has them all. */
function lists(list: string | undefined, ...words: string[]): boolean {
  return (
    list === undefined ||
    withoutSpace(list)
      .split(":")
      .some((each) => words.includes(each))
  );
}

function wrong(code: KeyFault, reason: string): NoKeyRecord {
  return { code, reason };
}
