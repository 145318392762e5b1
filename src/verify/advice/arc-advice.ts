import type { Authentication } from "../authentication/authentication.ts";
import type { Advice } from "./advice.ts";

/** A chain matters only if forwarders made one. */
export function arcAdvice({ arc }: Authentication): readonly Advice[] {
  if (arc.result !== "fail") return [];
  const what = `The ARC chain is not valid: ${arc.reason}.`;
  return [{ severity: "note", about: "arc", what, remedy: arc.advice ?? remedy }];
}

const remedy =
  "If you forward mail, seal it after every other change; if you do not, leave the ARC fields out.";
