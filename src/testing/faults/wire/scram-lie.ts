import type { ScramLie } from "../definition/fault.ts";

/** All lies. */
export const scramLies: readonly ScramLie[] = [
  ...(["wrong-signature", "no-signature", "foreign-nonce"] as const),
  ...(["few-iterations", "many-iterations", "no-salt"] as const),
];

/** The reply that a SCRAM client gets instead (RFC 5802 section 5.1); the same if the lie is about another reply. */
export function lieInScram(lie: ScramLie, reply: string): string {
  const challenge = /^334 (.+)\r\n$/.exec(reply)?.[1];
  if (challenge === undefined) return reply;
  const truth = Buffer.from(challenge, "base64").toString("utf8");
  if (truth.startsWith("v=")) {
    if (lie === "no-signature") return "235 2.7.0 Authenticated\r\n";
    if (lie === "wrong-signature")
      return say(`v=${Buffer.alloc((truth.length - 2) * 0.75).toString("base64")}`);
  }
  if (!truth.startsWith("r=")) return reply;
  switch (lie) {
    case "foreign-nonce":
      return say(truth.replace(/^r=[^,]*/, (nonce) => `r=${"0".repeat(nonce.length - 2)}`));
    case "few-iterations":
      return say(truth.replace(/,i=\d+/, ",i=1"));
    case "many-iterations":
      return say(truth.replace(/,i=\d+/, ",i=1000000000"));
    case "no-salt":
      return say(truth.replace(/,s=[^,]*/, ",s="));
    default:
      return reply;
  }
}

function say(challenge: string): string {
  return `334 ${Buffer.from(challenge).toString("base64")}\r\n`;
}
