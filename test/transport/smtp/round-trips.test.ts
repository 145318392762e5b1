import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SmtpTransport } from "envoi";
import type { TestServerOptions } from "envoi/testing";
import { mail } from "./serve.js";
import { TestServer } from "./test-server.js";

const users = { shop: "secret" };

/** What a first mail takes on a fresh connection, from TCP to the final reply; TLS is 1.3. */
const expected: readonly (readonly [string, TestServerOptions, number])[] = [
  ["in plaintext", {}, 5],
  ["over TLS from the first octet", { tls: "implicit" }, 6],
  ["over TLS from the first octet, logging in", { tls: "implicit", users }, 7],
  ["by STARTTLS", { tls: "starttls" }, 8],
  ["by STARTTLS, logging in", { tls: "starttls", users }, 9],
  ["over LMTP", { lmtp: true }, 5],
];

describe("the first mail on a fresh connection", () => {
  for (const [how, options, roundTrips] of expected) {
    it(`takes ${roundTrips} round trips ${how}`, async () => {
      await using server = await TestServer.start(options);
      await server.transport().send({ ...mail, to: ["b@y.test", "c@y.test", "d@y.test"] });
      assert.equal(server.transcripts[0]?.roundTrips, roundTrips);
    });
  }

  it("takes no more with the URL of the environment, which has the login", async () => {
    for (const [, options, roundTrips] of expected) {
      // A URL says no certificate; a process finds that in NODE_EXTRA_CA_CERTS.
      if (options.tls !== undefined) continue;
      await using server = await TestServer.start(options);
      await using transport = SmtpTransport.fromUrl(server.env.SMTP_URL).build();
      await transport.send(mail);
      assert.equal(server.transcripts[0]?.roundTrips, roundTrips);
    }
  });
});
