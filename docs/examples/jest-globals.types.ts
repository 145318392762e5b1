// Compiled, not run: how the matchers look to TypeScript under jest with its globals, which @types/jest declares.
import { mailMatchers, TestServer } from "envoi/testing";

expect.extend(mailMatchers);
test("greets", async () => {
  const server = await TestServer.start();
  expect(server).toHaveReceivedMail({ to: "jo@a.example", subject: /welcome/i });
  expect(server).not.toHaveNoFindings();
  // @ts-expect-error There is no such field.
  expect(server).toHaveReceivedMail({ subjekt: "welcome" });
});
