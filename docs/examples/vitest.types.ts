// Compiled, not run: how the matchers look to TypeScript under vitest.
import { mailMatchers, TestServer } from "envoi/testing";
import { expect } from "vitest";

expect.extend(mailMatchers);
const server = await TestServer.start();
expect(server).toHaveReceivedMail({ to: "jo@a.example", subject: /welcome/i });
expect(server.inbox("al@a.example")).not.toHaveReceivedMail();
expect(server).toHaveNoFindings();
// @ts-expect-error There is no such field.
expect(server).toHaveReceivedMail({ subjekt: "welcome" });
// @ts-expect-error There is no such matcher.
expect(server).toHaveReceivedFax();
