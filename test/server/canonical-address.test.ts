import assert from "node:assert/strict";
import { networkInterfaces } from "node:os";
import { describe, it } from "node:test";
import { type Session, SmtpServer } from "envoi/server";
import { Client } from "./client.js";

const hasIpv6 = Object.values(networkInterfaces()).some((each) =>
  each?.some(({ family }) => family === "IPv6"),
);

describe("SmtpServer: an IPv4 client of an IPv6 port", { skip: !hasIpv6 }, () => {
  it("has its IPv4 address in hooks, in the Received field and for the limits", async () => {
    const sessions: Session[] = [];
    let raw = "";
    await using server = await SmtpServer.listen({
      host: "::",
      domains: ["y.test"],
      maxConnectionsPerAddress: 1,
      connect: ({ session }) => void sessions.push(session),
      data: async ({ bytes }) => {
        raw = String(await bytes());
      },
    });
    // By 127.0.0.1, which the system tells the server as ::ffff:127.0.0.1.
    await using client = await Client.connect(server.port);
    client.say("EHLO x", "MAIL FROM:<>", "RCPT TO:<b@y.test>", "DATA", "x", ".");
    await client.replies(6);
    assert.deepEqual(
      sessions.map(({ remoteAddress, localAddress }) => [remoteAddress, localAddress]),
      [["127.0.0.1", "127.0.0.1"]],
    );
    assert.match(raw, /^Received: from x \(\[127\.0\.0\.1\]\)/);
    await using second = await Client.connect(server.port);
    assert.match(await second.reply(), /^421 /);
  });
});
