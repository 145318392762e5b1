import type { Dialogue } from "./dialogue.ts";
import type { Answers } from "./play.ts";

/** A difference between another server and ours. */
export interface Difference {
  readonly oracle: "Postfix" | "Exim";
  readonly dialogue: string;
  /** What the client had said, as latin1. */
  readonly said: string;
  readonly ours: string;
  readonly theirs: string;
}

/**
 * The first difference in the classes of codes or of enhanced codes: behind it the servers are in different states, and
 * a comparison would say nothing. An enhanced code that one of them leaves out is compared with nothing.
 */
export function firstDifference(
  oracle: Difference["oracle"],
  dialogue: Dialogue,
  ours: readonly Answers[],
  theirs: readonly Answers[],
): Difference | undefined {
  for (const [index, answers] of ours.entries()) {
    const others = theirs[index] ?? [];
    if (answers.length === others.length && answers.every((answer, i) => agree(answer, others[i] ?? "")))
      continue;
    const step = dialogue.steps[index - 1];
    const said = index === 0 ? "(nothing)" : (step?.octets.toString("latin1") ?? "QUIT\r\n");
    return { oracle, dialogue: dialogue.name, said, ours: answers.join(", "), theirs: others.join(", ") };
  }
  return undefined;
}

function agree(ours: string, theirs: string): boolean {
  const [code = "", enhanced] = ours.split(" ");
  const [otherCode = "", otherEnhanced] = theirs.split(" ");
  if (!/^\d/.test(code) || !/^\d/.test(otherCode)) return code === otherCode;
  if (code[0] !== otherCode[0]) return false;
  return enhanced === undefined || otherEnhanced === undefined || enhanced[0] === otherEnhanced[0];
}
