import type { Finding } from "../findings/finding.ts";
import { listFindings, look, type Received } from "./assert-mail.ts";
import type { MailExpectation } from "./mail-expectation.ts";

/** What a matcher tells vitest and jest. */
export interface MatcherResult {
  /** Whether it is as expected. */
  readonly pass: boolean;
  /** The explanation, for people. */
  message(): string;
}

/** The matchers, as a test calls them: for the type declarations of vitest and jest. */
export interface MailMatchers<R = void> {
  /** A TestServer, an inbox or a message: there is a mail like this. */
  toHaveReceivedMail(expected?: MailExpectation): R;
  /** A TestServer: no client has done anything against the RFCs. */
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
  /** There is a mail like this. */
  toHaveReceivedMail(received: Received, expected?: MailExpectation): MatcherResult;
  /** No client has done anything against the RFCs. */
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
