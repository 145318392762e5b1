import type { Finding } from "../findings/finding.ts";
import { listFindings, look, type Received } from "./assert-mail.ts";
import type { MailExpectation } from "./mail-expectation.ts";

/** The result of a matcher, as vitest and jest read it. */
export interface MatcherResult {
  /** Whether the value matches. */
  readonly pass: boolean;
  /** Explains the result. */
  message(): string;
}

/** The matchers as a test calls them, for the type declarations of vitest and jest. */
export interface MailMatchers<R = void> {
  /** Expects a mail like this in a TestServer, an inbox or a message. */
  toHaveReceivedMail(expected?: MailExpectation): R;
  /** Expects that no client of a TestServer has violated an RFC. */
  toHaveNoFindings(): R;
}

/**
 * Matchers for `expect` of vitest and jest; they depend on neither.
 *
 * @example
 * ```ts
 * expect.extend(mailMatchers);
 * expect(server).toHaveReceivedMail({ to: "jo@a.test", subject: /welcome/i });
 * expect(server.inbox("al@a.test")).not.toHaveReceivedMail();
 * expect(server).toHaveNoFindings();
 * ```
 */
export const mailMatchers: {
  /** Expects a mail like this. */
  toHaveReceivedMail(received: Received, expected?: MailExpectation): MatcherResult;
  /** Expects that no client has violated an RFC. */
  toHaveNoFindings(received: { readonly findings: readonly Finding[] }): MatcherResult;
} = {
  toHaveReceivedMail(received, expected = {}) {
    const { found, account } = look(received, expected);
    return { pass: found !== undefined, message: () => account };
  },
  toHaveNoFindings({ findings }) {
    const pass = findings.length === 0;
    return { pass, message: () => (pass ? "no client has done wrong" : listFindings(findings)) };
  },
};
