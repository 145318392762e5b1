import { AssertionError } from "node:assert";
import type { Finding } from "../findings/finding.ts";
import { type CapturedMessage, summary } from "../messages/captured-message.ts";
import { type MailExpectation, mismatches } from "./mail-expectation.ts";

/** The messages to look at: a TestServer, one of its inboxes, messages, or one message. */
export type Received =
  | { readonly messages: readonly CapturedMessage[] }
  | readonly CapturedMessage[]
  | CapturedMessage;

/**
 * Asserts that a message matches, and returns the first one.
 *
 * @throws AssertionError that says for each message what differs.
 *
 * @example
 * ```ts
 * await signUp("jo@a.test");
 * const mail = assertMail(server, { to: "jo@a.test", subject: /welcome/i, attachments: ["terms.pdf"] });
 * assert.match(mail.parsed.text ?? "", /Hello Jo/);
 * ```
 */
export function assertMail(received: Received, expected: MailExpectation = {}): CapturedMessage {
  const { found, account } = look(received, expected);
  if (found !== undefined) return found;
  throw new AssertionError({ message: account, expected, operator: "assertMail", stackStartFn: assertMail });
}

/**
 * Asserts that no client has violated an RFC, as far as the server can see it.
 *
 * @throws AssertionError that lists the violations.
 *
 * @example
 * ```ts
 * await transport.send(message);
 * await transport.close();
 * assertNoFindings(server);
 * ```
 */
export function assertNoFindings(server: { readonly findings: readonly Finding[] }): void {
  const { findings } = server;
  if (findings.length === 0) return;
  throw new AssertionError({
    message: listFindings(findings),
    actual: findings.map(({ rule }) => rule),
    expected: [],
    operator: "assertNoFindings",
    stackStartFn: assertNoFindings,
  });
}

/** Returns the first message that matches, and why the others do not. */
export function look(
  received: Received,
  expected: MailExpectation,
): { readonly found: CapturedMessage | undefined; readonly account: string } {
  const messages = messagesOf(received);
  const accounts: string[] = [];
  for (const message of messages) {
    const problems = mismatches(message, expected);
    if (problems.length === 0) return { found: message, account: `there is ${summary(message)}` };
    accounts.push(`\n  ${summary(message)}${problems.map((problem) => `\n    ${problem}`).join("")}`);
  }
  const none = messages.length === 0 ? "none has been received" : `${messages.length} received:`;
  return { found: undefined, account: `no such mail: ${none}${accounts.slice(-LISTED).join("")}` };
}

/** Findings, one per line. */
export function listFindings(findings: readonly Finding[]): string {
  const lines = findings
    .slice(0, LISTED)
    .map(({ connection, rule, text }) => `\n  connection ${connection}: ${rule}: ${text}`);
  return `clients did wrong ${findings.length} times:${lines.join("")}`;
}

/** How many messages or findings are listed. */
const LISTED = 20;

function messagesOf(received: Received): readonly CapturedMessage[] {
  if ("messages" in received) return received.messages;
  return "envelope" in received ? [received] : received;
}
