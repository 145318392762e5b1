import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { assertMail, assertNoFindings, TestServer } from "envoi/testing";
import { signUp } from "./sign-up.js";

describe("signing up", () => {
  let server;
  let transport;
  before(async () => {
    server = await TestServer.start({ tls: "starttls", users: { shop: "secret" } });
    transport = server.transport();
  });
  afterEach(() => {
    assertNoFindings(server);
    server.clear();
  });
  after(() => server.close());

  it("sends a welcome", async () => {
    await signUp("jo@a.example", transport);
    assertMail(server, { to: "jo@a.example", subject: /welcome/i, text: /your account is ready/ });
  });

  it("fails where the relay refuses the address, and sends nothing", async () => {
    server.fail({ at: "rcpt", when: { recipient: /^al@/ }, reply: "550 5.1.1 No such user" });
    await assert.rejects(signUp("al@a.example", transport), {
      kind: "rejected",
      delivery: "refused",
      permanent: true,
    });
    await server.expectNoMessage(10);
  });
});
