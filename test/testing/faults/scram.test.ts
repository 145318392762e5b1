import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TestServer } from "envoi/testing";
import { scramSha256 } from "#src/protocol/sasl/scram.js";
import { deriveKey } from "#src/protocol/sasl/scram-keys.js";
import { Client } from "../../server/client.js";

/** A client of SCRAM to the end: what it says in the end, or why it gives up. */
async function logIn(client: Client): Promise<string> {
  const half = scramSha256.client({ user: "jo", password: "secret", nonce: "abcdef" });
  let step = half.next();
  let line = "AUTH SCRAM-SHA-256 ";
  try {
    for (;;) {
      assert.ok(!step.done);
      if (!Buffer.isBuffer(step.value)) {
        step = half.next(await deriveKey(step.value));
        continue;
      }
      const reply = await client.ask(`${line}${step.value.toString("base64")}`);
      line = "";
      if (!reply.startsWith("334 ")) return `${reply.slice(0, 3)} too early`;
      step = half.next(Buffer.from(reply.slice(4), "base64"));
      if (step.done) return await client.ask("");
    }
  } catch (error) {
    return String(error);
  }
}

const options = {
  users: { jo: "secret" },
  mechanisms: ["SCRAM-SHA-256"],
  allowPlaintextCredentials: true,
};

describe("faults as plain data: SCRAM", () => {
  const rows = {
    "wrong-signature": /has not proved that it knows the password/,
    "no-signature": /^235 too early$/,
    "foreign-nonce": /its challenge is malformed/,
    "few-iterations": /it asks for 1 iterations/,
    "many-iterations": /its challenge is malformed|it asks for 1000000000 iterations/,
    "no-salt": /its challenge is malformed/,
  } as const;
  for (const [scram, outcome] of Object.entries(rows)) {
    it(scram, { timeout: 8000 }, async () => {
      await using server = await TestServer.start(options);
      const fault = server.fail({ at: "auth", scram: scram as keyof typeof rows, times: 1 });
      await using client = await Client.connect(server.port);
      await client.reply();
      await client.ask("EHLO c");
      assert.match(await logIn(client), outcome);
      assert.equal(fault.hits, 1);
      if (scram === "no-signature") {
        // The server has let the client in, whatever it has not shown; commands are commands again.
        assert.match(await client.ask("NOOP"), /^250 2\.0\.0/);
        assert.match(await client.ask("AUTH SCRAM-SHA-256"), /^503 /);
      } else {
        await client.ask("*");
        assert.match(await logIn(client), /^235 2\.7\.0 /);
      }
    });
  }
});
