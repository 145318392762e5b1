import type { DkimVerdict } from "../dkim/dkim-verdict.ts";
import type { MethodResult, ResultProperty, ResultsContent } from "../results/method-result.ts";
import type { Origin } from "../spf/spf-origin.ts";
import type { SpfVerdict } from "../spf/spf-verdict.ts";
import type { Authentication } from "./authentication.ts";

/** Longer values are left out: a line must end somewhere. */
const longestValue = 300;
const longestReason = 200;

/**
 * The Authentication-Results of an authentication. What the message or its sender wrote cannot change what they say.
 */
export function resultsOf(
  { spf, helloSpf, dkim, arc, dmarc }: Omit<Authentication, "field" | "stamp">,
  authservId: string,
  origin: Origin | undefined,
): ResultsContent {
  const sender = String(origin?.from ?? "").replace(/^<(.*)>$/s, "$1");
  const results = [
    spfResult(spf, sender),
    ...(helloSpf === undefined ? [] : [spfResult(helloSpf, "")]),
    ...(dkim.length === 0 ? [methodResult("dkim", { result: "none" })] : dkim.map(dkimResult)),
    methodResult("dmarc", dmarc, [
      ["header", "from", dmarc.domain],
      ["polrec", "p", dmarc.published?.p],
      ["polrec", "domain", dmarc.published?.domain],
    ]),
    methodResult("arc", arc, [
      ["header", "oldest-pass", arc.oldestPass === undefined ? undefined : String(arc.oldestPass)],
      ["smtp", "remote-ip", arc.result === "none" ? undefined : origin?.ip],
    ]),
  ];
  return { authservId, version: 1, results };
}

function spfResult(verdict: SpfVerdict, sender: string): MethodResult {
  const { identity, domain } = verdict;
  const value = identity === "hello" || sender === "" ? domain : sender;
  return methodResult("spf", verdict, [["smtp", identity === "hello" ? "helo" : "mailfrom", value]]);
}

function dkimResult(verdict: DkimVerdict): MethodResult {
  const { domain, selector, identity, algorithm, signature } = verdict;
  return methodResult("dkim", verdict, [
    ["header", "d", domain],
    ["header", "i", identity === `@${domain}` ? undefined : identity],
    ["header", "s", selector],
    ["header", "a", algorithm],
    ["header", "b", signature?.slice(0, 8)],
  ]);
}

function methodResult(
  method: string,
  { result, reason }: { readonly result: string; readonly reason?: string },
  properties: readonly (readonly [type: string, property: string, value: string | undefined])[] = [],
): MethodResult {
  return {
    method,
    result,
    ...(reason !== undefined && result !== "pass" && result !== "none" && { reason: plainText(reason) }),
    properties: properties.flatMap(([type, property, value]): ResultProperty[] =>
      value === undefined || value === "" || value.length > longestValue
        ? []
        : [{ type, property, value: value.replace(/[\0-\x1f\x7f]/g, "?") }],
    ),
  };
}

/** In printable ASCII, because the message may not allow more. */
function plainText(reason: string): string {
  return reason.replace(/[^ -~]/g, "?").slice(0, longestReason);
}
