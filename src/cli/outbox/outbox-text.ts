import type { OutboxMail } from "../../outbox/outbox-mail.ts";
import type { OutboxStatus } from "../../outbox/reading/status.ts";
import { printable } from "../printable.ts";

/** What an outbox holds, for people. */
export function statusText({ mails, scheduled, oldest, workers, recent }: OutboxStatus, now: number): string {
  const lines = Object.entries(mails)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => {
      const more = state === "waiting" && scheduled > 0 ? `, ${scheduled} of them for later` : "";
      return `${state.padEnd(12)}${count}${more}`;
    });
  if (lines.length === 0) lines.push("no mails");
  if (oldest !== undefined) lines.push(`the oldest has waited for ${time(now - oldest.getTime())}`);
  if (recent.attempts > 0) {
    const { accepted, refused, notSent, unknown } = recent.recipients;
    lines.push(
      "",
      `the last ${recent.attempts} attempts: ${accepted} recipients accepted, ${refused} refused, ${notSent} not sent, ${unknown} unknown`,
    );
    if (recent.wait !== undefined)
      lines.push(
        `from enqueued to sending: half within ${time(recent.wait.p50)}, 95 % within ${time(recent.wait.p95)}`,
      );
  }
  lines.push("", workers.length === 0 ? "no worker" : "workers");
  for (const { id, host, pid, sending, listening } of workers)
    lines.push(`  ${id}  ${host}, process ${pid}, sending ${sending}${listening ? "" : ", polling"}`);
  return printed(lines);
}

/** A mail in one line. */
export function mailLine({ id, state, at, tenant, recipients }: OutboxMail): string {
  const [first, ...others] = recipients.map(({ recipient }) => recipient);
  const to = others.length === 0 ? first : `${first} and ${others.length} more`;
  return printable([id, state, at.toISOString(), tenant, to].filter((each) => each !== "").join("  "));
}

/** A mail with all that was done to send it. */
export function mailText(mail: OutboxMail): string {
  const lines = [
    `mail ${mail.id}: ${mail.state}`,
    `  Message-ID ${mail.messageId}, ${mail.size} bytes, from ${mail.from ?? "<>"}`,
    `  enqueued ${mail.enqueued.toISOString()}, to be sent ${mail.at.toISOString()}`,
    ...named("tenant", mail.tenant),
    ...named("key", mail.key),
    ...named("tag", mail.tag),
  ];
  for (const { recipient, state, tries, reply } of mail.recipients)
    lines.push(
      `  ${recipient}: ${state}, tried ${tries === 1 ? "once" : `${tries} times`}${reply === undefined ? "" : `, ${said(reply)}`}`,
    );
  for (const { attempt, worker, started, ended, error, transcript = [] } of mail.attempts) {
    lines.push(
      `attempt ${attempt}: ${(started ?? ended).toISOString()}${worker === undefined ? "" : ` by ${worker}`}`,
    );
    if (error !== undefined) lines.push(`  ${error.kind}: ${error.message}`);
    lines.push(...transcript.map((line) => `  ${line}`));
  }
  return printed(lines);
}

function named(name: string, value: string | undefined): string[] {
  return value === undefined || value === "" ? [] : [`  ${name} ${value}`];
}

function said({ code, lines }: { readonly code: number; readonly lines: readonly string[] }): string {
  return `${code} ${lines.join(" ")}`;
}

function printed(lines: readonly string[]): string {
  return lines.map((line) => `${printable(line)}\n`).join("");
}

function time(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.max(0, Math.round(milliseconds))} ms`;
  if (milliseconds < 120_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  if (milliseconds < 7_200_000) return `${Math.round(milliseconds / 60_000)} min`;
  return `${Math.round(milliseconds / 3_600_000)} h`;
}
