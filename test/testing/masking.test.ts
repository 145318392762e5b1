import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TestServer } from "envoi/testing";
import { Client } from "../server/client.js";

const secret = "AHNob3AAc2VjcmV0";

/** Says this and then QUIT, in pieces of so many octets; all that is to be seen of it. */
async function seen(server: TestServer, said: string, size: number): Promise<string> {
  await using client = await Client.connect(server.port);
  await client.reply();
  const octets = Buffer.from(`EHLO c.test\r\n${said}QUIT\r\n`);
  for (let at = 0; at < octets.length; at += size) {
    client.write(octets.subarray(at, at + size));
    if (size < octets.length) await new Promise((resolve) => setImmediate(resolve));
  }
  await client.rest();
  const commands = server.findings.map(({ command, text }) => `${command} ${text}`);
  return [...server.transcripts.map(String), ...commands].join("\n");
}

describe("The transcript of a TestServer shows no secret", () => {
  const cases: Readonly<Record<string, string>> = {
    "of an AUTH that is taken": `AUTH PLAIN ${secret}\r\n`,
    "behind a tab": `AUTH\tPLAIN\t${secret}\r\n`,
    "behind a blank in front": ` AUTH PLAIN ${secret}\r\n`,
    "behind AUTHPLAIN": `AUTHPLAIN ${secret}\r\n`,
    "without a mechanism": `auth ${secret}\r\n`,
    "of an answer": `AUTH LOGIN\r\n${secret}\r\n${secret}\r\n`,
    "of what comes behind an AUTH that is refused": `AUTH NO-SUCH\r\n${secret}\r\n${secret}\r\n`,
    "of an AUTH in the midst of a transaction": `MAIL FROM:<a@x.test>\r\nAUTH LOGIN\r\n${secret}\r\n${secret}\r\n`,
    "with a character that ends lines elsewhere": `AUTH PLAIN x\u2028${secret}\r\n`,
  };
  for (const [what, said] of Object.entries(cases))
    for (const refused of [false, true])
      for (const size of [1, 7, 10_000])
        it(`${what}, ${refused ? "refused by a fault" : "as it is"}, in pieces of ${size}`, async () => {
          await using server = await TestServer.start({
            users: { shop: "secret" },
            allowPlaintextCredentials: true,
            lenient: true,
          });
          if (refused) server.fail({ at: "auth", reply: "454 4.7.0 Later" });
          const text = await seen(server, said, size);
          assert.ok(text.includes("QUIT") && !text.includes(secret), text);
        });

  it("of a challenge in several lines", async () => {
    await using server = await TestServer.start({ users: { shop: "x" }, allowPlaintextCredentials: true });
    server.fail({ at: "auth", raw: `334-${secret}\r\n334 ${secret}\r\n` });
    assert.ok(!(await seen(server, `AUTH LOGIN\r\n${secret}\r\n`, 10_000)).includes(secret));
  });
});
