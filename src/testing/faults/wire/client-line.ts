import type { DialogueMask } from "../../../protocol/masking/dialogue-mask.ts";
import { readVerb } from "../../../protocol/server/command-table.ts";
import type { FaultPoint } from "../definition/fault.ts";

/** One line of a client, parsed far enough to know the point at which faults strike. */
export interface ClientLine {
  readonly at: FaultPoint;
  /** The line without its end. Secrets are masked. */
  readonly line: string;
  /** The recipient of RCPT. */
  readonly recipient: string | undefined;
  /** The sender of MAIL. */
  readonly sender: string | undefined;
  /** How many octets follow BDAT. */
  readonly chunk: number;
}

/** A point at which the server acts without a line of the client. */
export function unprompted(at: "connect" | "greeting" | "tls" | "content" | "final"): ClientLine {
  return { at, line: "", recipient: undefined, sender: undefined, chunk: 0 };
}

/** Parses a line. `mask` must have seen all lines before it. `answers334`: it is an answer, not a command. */
export function readClientLine(octets: Buffer, answers334: boolean, mask: DialogueMask): ClientLine {
  const text = octets.toString("utf8").replace(/\r?\n$/, "");
  const line = mask.line(text, answers334);
  if (answers334) return { at: "auth-response", line, recipient: undefined, sender: undefined, chunk: 0 };
  const word = /^[A-Za-z]+/.exec(text)?.[0].toUpperCase() ?? "";
  const at =
    word === "BDAT" || word === "LHLO" || readVerb(text) !== undefined ? word.toLowerCase() : "unknown";
  return {
    at: at as FaultPoint,
    line,
    recipient: at === "rcpt" ? pathOf(text) : undefined,
    sender: at === "mail" ? pathOf(text) : undefined,
    chunk: at === "bdat" ? Number(/^BDAT +(\d{1,15})(?: |$)/i.exec(text)?.[1] ?? 0) : 0,
  };
}

function pathOf(text: string): string {
  return /<((?:"(?:[^"\\]|\\.)*"|[^"<>])*)>/.exec(text)?.[1] ?? "";
}
