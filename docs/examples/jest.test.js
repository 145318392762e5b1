import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { mailMatchers, TestServer } from "envoi/testing";
import { signUp } from "./sign-up.js";

expect.extend(mailMatchers);

describe("signing up", () => {
  let server;
  let transport;
  beforeAll(async () => {
    server = await TestServer.start({ tls: "starttls", users: { shop: "secret" } });
    transport = server.transport();
  });
  afterEach(() => {
    expect(server).toHaveNoFindings();
    server.clear();
  });
  afterAll(() => server.close());

  it("sends a welcome", async () => {
    await signUp("jo@a.example", transport);
    expect(server).toHaveReceivedMail({ to: "jo@a.example", subject: /welcome/i });
    expect(server.inbox("al@a.example")).not.toHaveReceivedMail();
  });

  it("fails where the relay is out of order", async () => {
    server.fail({ at: "mail", reply: "451 4.3.0 Try again later" });
    await expect(signUp("jo@a.example", transport)).rejects.toMatchObject({
      delivery: "refused",
      transient: true,
    });
    expect(server).not.toHaveReceivedMail();
  });
});
