import { once } from "node:events";
import type { EnvoiError } from "../../../errors.ts";
import type { RecipientOutcome, SendReport } from "../../../protocol/send-report.ts";
import { jsonLine, jsonText } from "../../json-text.ts";
import { printable } from "../../printable.ts";
import { styled, type Terminal } from "../../terminal.ts";
import { inFlags } from "../in-flags.ts";
import { errorData } from "../one/report.ts";
import type { MailOutcome } from "../outcome-status.ts";
import { Progress } from "./progress.ts";
import type { Totals } from "./totals.ts";

/** What is told of a mail of a run. */
export interface ToldMail {
  readonly line: number;
  readonly key?: string | undefined;
  readonly outcome: MailOutcome;
  readonly messageId?: string | undefined;
  readonly report?: SendReport | undefined;
  readonly error?: EnvoiError | undefined;
  /** Why there is no message, or what is known from an earlier run. */
  readonly problem?: string | undefined;
}

/** How many failures are told to a person whose standard output goes elsewhere. */
const FEW = 20;

/**
 * Tells what becomes of the mails of a run: JSON Lines on the standard output unless that is a terminal; on a terminal
 * a progress bar, with the failures above it.
 */
export class RunOutput {
  readonly #terminal: Terminal;
  readonly #totals: Totals;
  readonly #json: boolean;
  readonly #progress: Progress | undefined;
  #waiting = "";
  #failures = 0;
  /** Whether nobody reads the standard output any more. Mails go on, and a person is told all failures. */
  #lost = false;
  readonly #lose = (error: NodeJS.ErrnoException): void => {
    if (!this.#lost && error.code !== "EPIPE") this.note(`envoi: the standard output: ${error.message}`);
    this.#lost = true;
  };

  /** @param rows how many rows there are, if that is known */
  constructor(terminal: Terminal, totals: Totals, rows: number | undefined, json: boolean, quiet: boolean) {
    this.#terminal = terminal;
    this.#totals = totals;
    this.#json = json || terminal.output.isTTY !== true;
    terminal.output.on("error", this.#lose);
    if (terminal.errors.isTTY === true && !quiet) this.#progress = new Progress(terminal, totals, rows);
  }

  /** Tells of a mail. Resolves when more can be told. */
  mail(told: ToldMail): Promise<void> | undefined {
    if (told.outcome !== "accepted") this.#failure(told);
    if (!this.#json || this.#lost) return undefined;
    this.#waiting += mailLine(told);
    return this.#waiting.length > 65_536 ? this.#write() : undefined;
  }

  /** Tells a person something, above the progress bar. */
  note(text: string): void {
    if (this.#progress === undefined) this.#terminal.errors.write(`${text}\n`);
    else this.#progress.above(text);
  }

  /** Tells the totals. */
  async end(complete: boolean): Promise<void> {
    this.#progress?.end();
    const { counts, done, earlier } = this.#totals;
    if (this.#json)
      this.#waiting += `${jsonLine({ summary: true, complete, rows: done, earlier, ...counts })}\n`;
    await this.#write();
    this.#terminal.output.off("error", this.#lose);
    if (this.#failures > FEW && this.#json && !this.#lost)
      this.#terminal.errors.write(
        `envoi: ${this.#failures - FEW} more failures; all of them are on the standard output\n`,
      );
    this.#terminal.errors.write(`${summary(this.#totals, complete)}\n`);
  }

  #failure({ line, key, outcome, report, error, problem, messageId }: ToldMail): void {
    this.#failures++;
    // What is unknown is always listed.
    if (this.#json && !this.#lost && this.#failures > FEW && outcome !== "unknown") return;
    const who = `line ${line}${key === undefined ? "" : ` (${printable(key)})`}`;
    const word = styled(this.#terminal, this.#terminal.errors, colours[outcome], words[outcome]);
    const why = problem ?? whyOf(report, error);
    const where = outcome === "unknown" && messageId !== undefined ? ` Message-ID ${messageId}` : "";
    this.note(`${who}: ${word}: ${printable(why)}${where}`);
  }

  async #write(): Promise<void> {
    if (this.#waiting === "" || this.#lost) return;
    const text = this.#waiting;
    this.#waiting = "";
    const { output } = this.#terminal;
    if (output.write(text) || output.destroyed) return;
    await Promise.race([once(output, "drain"), once(output, "close")]).catch(() => {});
  }
}

const words: Readonly<Record<MailOutcome, string>> = {
  accepted: "accepted",
  refused: "refused",
  later: "not sent now",
  unknown: "unknown",
  "not-built": "no message",
};

const colours = {
  accepted: "green",
  refused: "red",
  later: "yellow",
  unknown: "red",
  "not-built": "red",
} as const;

function whyOf(report: SendReport | undefined, error: EnvoiError | undefined): string {
  const failed = report?.recipients.filter(({ outcome }) => outcome !== "accepted") ?? [];
  const replies = failed.filter(({ reply }) => reply !== undefined).slice(0, 3);
  if (replies.length > 0) return replies.map(({ recipient, reply }) => `${recipient}: ${reply}`).join("; ");
  return error === undefined ? "" : inFlags(error.message);
}

/** A line for each mail. */
function mailLine({ line, key, outcome, messageId, report, error, problem }: ToldMail): string {
  const parts = [`"line":${line}`];
  if (key !== undefined) parts.push(`"key":${jsonText(key)}`);
  parts.push(`"outcome":"${outcome}"`);
  if (messageId !== undefined) parts.push(`"messageId":${jsonText(messageId)}`);
  if (report !== undefined) parts.push(`"recipients":[${report.recipients.map(recipientJson).join(",")}]`);
  const what = problem === undefined ? errorData(error) : { message: problem };
  if (what !== undefined) parts.push(`"error":${jsonLine(what)}`);
  return `{${parts.join(",")}}\n`;
}

function recipientJson({ recipient, outcome, reply }: RecipientOutcome): string {
  const start = `{"address":${jsonText(recipient.toString())},"outcome":"${outcome}"`;
  if (reply === undefined) return `${start}}`;
  const { code, enhancedCode, lines } = reply;
  const enhanced = enhancedCode === undefined ? "" : `,"enhancedCode":"${enhancedCode}"`;
  return `${start},"code":${code}${enhanced},"text":${jsonText(lines.join("\n"))}}`;
}

function summary({ counts, earlier }: Totals, complete: boolean): string {
  const parts = (Object.keys(counts) as MailOutcome[])
    .filter((outcome) => counts[outcome] > 0 || outcome === "accepted")
    .map((outcome) => `${counts[outcome].toLocaleString("en")} ${words[outcome]}`);
  const before = earlier === 0 ? "" : `, ${earlier.toLocaleString("en")} of them by earlier runs`;
  return `envoi: ${parts.join(", ")}${before}${complete ? "" : "; not all rows were reached"}`;
}
