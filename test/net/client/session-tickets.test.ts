import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SessionTickets } from "#src/net/client/session-tickets.js";

const ticket = (name: string) => ({ session: Buffer.from(name), certificate: Buffer.from(name) });

describe("session tickets", () => {
  it("are each for one host, port and name", () => {
    const tickets = new SessionTickets();
    tickets.at("mail.test", 465, "mail.test").set(ticket("one"));
    tickets.at("mail.test", 465, "mail.test").set(ticket("two"));
    assert.deepEqual(tickets.at("mail.test", 465, "mail.test").get(), ticket("two"));
    for (const [host, port, name] of [
      ["mail.test", 465, "other.test"],
      ["mail.test", 587, "mail.test"],
      ["other.test", 465, "mail.test"],
    ] as const)
      assert.equal(tickets.at(host, port, name).get(), undefined);
  });

  it("are all forgotten where something goes wrong with one", () => {
    const tickets = new SessionTickets();
    tickets.at("mail.test", 465, "mail.test").set(ticket("one"));
    tickets.at("other.test", 465, "other.test").clear();
    assert.equal(tickets.at("mail.test", 465, "mail.test").get(), undefined);
  });
});
