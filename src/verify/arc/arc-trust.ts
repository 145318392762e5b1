import { canonicalDomain } from "../../address/domain.ts";
import type { ArcSet, ArcVerdict } from "./arc-verdict.ts";

/**
 * The set that speaks for a message whose author DMARC does not confirm: going down from the newest as long as trusted
 * domains sealed the chain and signed the message with its From, the lowest that is reached, if it says that DMARC
 * passed for the same author's domain. What sets below it say is not known to be true, and what sets above it found is
 * not what the author's domain proved.
 *
 * @param trusted names of domains as A-labels
 * @param author the domain of the author today
 */
export function trustedSet(
  { result, sets }: Pick<ArcVerdict, "result" | "sets">,
  trusted: ReadonlySet<string>,
  author: string,
): ArcSet | undefined {
  if (result !== "pass") return undefined;
  let lowest: ArcSet | undefined;
  for (const set of sets.toReversed()) {
    if (!trusted.has(set.sealer) || !trusted.has(set.signer) || !set.signsFrom) break;
    lowest = set;
  }
  return lowest !== undefined && saysPass(lowest, author) ? lowest : undefined;
}

/** Whether all that the set says about DMARC is that it passed for this domain. */
function saysPass({ results }: ArcSet, author: string): boolean {
  const found = results?.results.filter(({ method }) => method === "dmarc") ?? [];
  return (
    found.length > 0 &&
    found.every(({ result, properties }) => {
      const from = properties.filter(({ type, property }) => type === "header" && property === "from");
      return result === "pass" && from.length > 0 && from.every(({ value }) => domainOf(value) === author);
    })
  );
}

/** Some writers give the whole address. */
function domainOf(value: string): string | undefined {
  try {
    return canonicalDomain(value.slice(value.lastIndexOf("@") + 1));
  } catch {
    return undefined;
  }
}
