import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SessionTickets } from "#src/net/client/session-tickets.js";

const ticket = (name: string) => ({ session: Buffer.from(name), certificate: Buffer.from(name) });

describe("session tickets", () => {
  it("are each for one host, port and name", () => {
    const tickets = new SessionTickets();
    tickets.at("mail.test", 465, "mail.test").keep(ticket("one"));
    tickets.at("mail.test", 465, "mail.test").keep(ticket("two"));
    assert.deepEqual(tickets.at("mail.test", 465, "mail.test").show(), ticket("two"));
    for (const [host, port, name] of [
      ["mail.test", 465, "other.test"],
      ["mail.test", 587, "mail.test"],
      ["other.test", 465, "mail.test"],
    ] as const)
      assert.equal(tickets.at(host, port, name).show(), undefined);
  });

  it("are blamed for a handshake that failed while one was shown, and not kept there again", () => {
    const tickets = new SessionTickets();
    const opening = tickets.at("mail.test", 465, "mail.test");
    assert.equal(opening.show(), undefined);
    assert.equal(opening.blamed(), false);
    opening.keep(ticket("one"));
    assert.deepEqual(opening.show(), ticket("one"));
    assert.equal(opening.blamed(), true);
    // Once.
    assert.equal(opening.blamed(), false);
    opening.keep(ticket("two"));
    assert.equal(tickets.at("mail.test", 465, "mail.test").show(), undefined);
    tickets.at("other.test", 465, "other.test").keep(ticket("three"));
    assert.deepEqual(tickets.at("other.test", 465, "other.test").show(), ticket("three"));
  });

  it("are not blamed for what goes wrong once the handshake is complete", () => {
    const opening = new SessionTickets().at("mail.test", 465, "mail.test");
    opening.keep(ticket("one"));
    opening.show();
    opening.completed();
    assert.equal(opening.blamed(), false);
    assert.deepEqual(opening.show(), ticket("one"));
  });

  it("are all forgotten where something goes wrong with one", () => {
    const tickets = new SessionTickets();
    tickets.at("mail.test", 465, "mail.test").keep(ticket("one"));
    tickets.at("other.test", 465, "other.test").distrust();
    assert.equal(tickets.at("mail.test", 465, "mail.test").show(), undefined);
  });
});
