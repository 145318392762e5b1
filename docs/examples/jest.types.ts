// Compiled, not run: how the matchers look to TypeScript under jest.
import { expect } from "@jest/globals";
import { mailMatchers, TestServer } from "envoi/testing";

expect.extend(mailMatchers);
const server = await TestServer.start();
expect(server).toHaveReceivedMail({ to: "jo@a.example", subject: /welcome/i });
expect(server.inbox("al@a.example")).not.toHaveReceivedMail();
expect(server).toHaveNoFindings();
// @ts-expect-error There is no such field.
expect(server).toHaveReceivedMail({ subjekt: "welcome" });
// @ts-expect-error There is no such matcher.
expect(server).toHaveReceivedFax();
