import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SmtpServer } from "envoi/server";
import { CertificateAuthority } from "envoi/testing";
import { Client } from "../client.js";

describe("SmtpServer: what the host keeps with a connection", () => {
  it("is the same in every hook of a connection, and each connection has its own", async () => {
    const seen: string[] = [];
    await using server = await SmtpServer.listen({
      state: () => ({ said: [] as string[] }),
      domains: ["y.test"],
      connect: ({ session }) => void session.state.said.push("connect"),
      hello: ({ session, name }) => void session.state.said.push(name),
      mail: ({ session }) => void session.state.said.push("mail"),
      recipient: ({ session }) => void session.state.said.push("recipient"),
      data: ({ session }) => void seen.push(session.state.said.join(" ")),
    });
    for (const name of ["one", "two"]) {
      await using client = await Client.connect(server.port);
      client.say(`EHLO ${name}`, "MAIL FROM:<>", "RCPT TO:<b@y.test>", "DATA", ".");
      await client.replies(6);
    }
    assert.deepEqual(seen, ["connect one mail recipient", "connect two mail recipient"]);
  });

  it("is an empty object by default, and survives STARTTLS", async () => {
    const seen: unknown[] = [];
    const ca = await CertificateAuthority.create();
    await using server = await SmtpServer.listen({
      certificates: ca.issue(),
      hello: ({ session }) => {
        seen.push(session.state["hellos"]);
        session.state["hellos"] = 1;
      },
    });
    await using client = await Client.connect(server.port);
    await client.reply();
    await client.ask("EHLO x");
    await client.starttls({ ca: ca.cert, servername: "localhost" });
    await client.ask("EHLO x");
    assert.deepEqual(seen, [undefined, 1]);
  });

  it("ends the connection if it cannot be made, and only onError learns why", async () => {
    const errors: unknown[] = [];
    await using server = await SmtpServer.listen({
      state: () => {
        throw new RangeError("the table is gone");
      },
      onError: ({ error, hook, session }) => void errors.push([String(error), hook, session.state]),
    });
    await using client = await Client.connect(server.port);
    assert.equal(await client.rest(), "451 Local error, try again later\r\n");
    assert.deepEqual(errors, [["RangeError: the table is gone", "state", {}]]);
  });
});
