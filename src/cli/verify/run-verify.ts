import { authenticate } from "../../verify/authentication/authenticate.ts";
import type { CommandHost } from "../command-host.ts";
import { dnsFor } from "../dns/dns-flags.ts";
import { readDuration } from "../duration.ts";
import { ExitStatus } from "../exit-status.ts";
import { jsonLines } from "../json-text.ts";
import { textStyle } from "../report-text.ts";
import { openMessage } from "./message-file.ts";
import { originOf } from "./message-origin.ts";
import type { VerifyFlags } from "./verify-flags.ts";
import { verifyReport } from "./verify-report.ts";
import { verifyText } from "./verify-text.ts";

/** Runs `envoi verify`. @throws CommandError for a wrong call, or if the message cannot be read */
export async function runVerify(
  file: string,
  flags: VerifyFlags,
  { terminal, finish }: CommandHost,
): Promise<void> {
  const deadline = readDuration(flags.timeout, "--timeout");
  const { resolver } = dnsFor(flags, Math.min(deadline, 5_000));
  const { head, content } = await openMessage(file, terminal);
  const origin = originOf(flags, head);
  const report = verifyReport(await authenticate(content, { resolver, deadline, ...(origin && { origin }) }));
  terminal.output.write(flags.json ? `${jsonLines(report)}\n` : verifyText(report, textStyle(terminal)));
  finish(report.ok ? ExitStatus.ok : ExitStatus.findings);
}
