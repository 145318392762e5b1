import type { DkimVerdict } from "../../verify/dkim/dkim-verdict.ts";
import { foreign } from "../foreign-text.ts";
import { noticeLines, rowLines, type TextStyle } from "../report-text.ts";
import type { VerifyReport } from "./verify-report.ts";

/** The report for a person: the verdicts with their reasons, then what to change. */
export function verifyText(report: VerifyReport, style: TextStyle): string {
  const { author, spf, helloSpf, dkim, arc, dmarc, advice } = report;
  const said = (result: string, reason: string, about = ""): string =>
    `${style.paint(colourOf(result), result)} ${[about, foreign(reason, 400)].filter(Boolean).join(": ")}`;
  const rows: [string, string][] = [
    ["From", author.addresses.map((each) => foreign(each)).join(", ") || foreign(author.reason ?? "nobody")],
    ["DMARC", said(dmarc.result, dmarc.reason)],
    ["SPF", said(spf.result, spf.reason, spf.domain && foreign(`${spf.identity} ${spf.domain}`))],
    ...(helloSpf ? [["SPF of EHLO", said(helloSpf.result, helloSpf.reason)] as [string, string]] : []),
    ...(dkim.length === 0
      ? [["DKIM", said("none", "the message is not signed")] as [string, string]]
      : dkim.map((each): [string, string] => ["DKIM", said(each.result, each.reason, signer(each))])),
    ["ARC", said(arc.result, arc.reason)],
  ];
  if (dmarc.result === "fail") rows.push(["receivers", asked[dmarc.disposition]]);
  const lines = [...rowLines(rows, style), ""];
  for (const { severity, about, what, remedy } of advice)
    lines.push(
      ...noticeLines(
        { severity, what: foreign(what, 600), remedy: remedy && foreign(remedy, 600), code: about },
        style,
      ),
    );
  if (advice.length === 0) lines.push(style.paint("green", "Nothing to change."), "");
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

/** What the owner of the domain asks of receivers. */
const asked = {
  none: "are asked for nothing (p=none)",
  quarantine: "are asked to treat it as suspicious (p=quarantine)",
  reject: "are asked to refuse it (p=reject)",
} as const;

function signer({ domain, selector, algorithm, keyBits }: DkimVerdict): string {
  const key = [algorithm, keyBits === undefined ? undefined : `${keyBits} bits`].filter(Boolean).join(", ");
  const name = domain === undefined ? "" : `${selector ?? "?"}._domainkey.${domain}`;
  return foreign(key === "" ? name : `${name} (${key})`, 300);
}

function colourOf(result: string): "green" | "red" | "yellow" | "dim" {
  switch (result) {
    case "pass":
      return "green";
    case "none":
    case "neutral":
      return "dim";
    case "fail":
    case "permerror":
      return "red";
    default:
      return "yellow";
  }
}
