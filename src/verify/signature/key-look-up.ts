import type { Inquiry, Unknown } from "../inquiry.ts";
import type { KeyFault } from "./key-fault.ts";
import { type KeyRecord, looksLikeKey, readKeyRecord } from "./key-record.ts";
import { keyName, type Seal } from "./signature.ts";

/** Why there is no key, in the words of a verdict. */
export interface NoKey {
  readonly result: "temperror" | "permerror";
  readonly code: KeyFault | "no-key" | Unknown;
  /** A sentence in English, without its full stop. */
  readonly reason: string;
}

/** What a resolver may give for one name: further records are not looked at. */
const mostRecords = 4;

/**
 * Looks up the keys of a signature. Usually there is one; of several, each may be the right one (RFC 6376 section
 * 6.1.2).
 *
 * @throws EnvoiError of kind `"aborted"`, and nothing else.
 */
export async function lookUpKeys(seal: Seal, inquiry: Inquiry): Promise<readonly KeyRecord[] | NoKey> {
  const name = keyName(seal);
  const finding = await inquiry.ask(name, "TXT");
  if (finding.outcome === "temporary") {
    const { code, reason } = finding;
    return { result: "temperror", code, reason: `the key at ${name} is not known: ${reason}` };
  }
  if (finding.outcome !== "found")
    return { result: "permerror", code: "no-key", reason: `there is no key at ${name}` };
  const keys = finding.records.filter(looksLikeKey);
  const records = (keys.length > 0 ? keys : finding.records).slice(0, mostRecords).map(readKeyRecord);
  const sound = records.filter((record) => "key" in record);
  const fitting = sound.filter(({ key }) => key.type === seal.algorithm.slice(0, key.type.length));
  if (fitting.length > 0) return fitting;
  if (sound.length > 0)
    return {
      result: "permerror",
      code: "key-type",
      reason: `the key at ${name} is not for ${seal.algorithm}`,
    };
  const [wrong] = records;
  if (wrong === undefined || "key" in wrong)
    return { result: "permerror", code: "no-key", reason: `there is no key at ${name}` };
  return { result: "permerror", code: wrong.code, reason: `${wrong.reason} (${name})` };
}
