import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type DataContext, type ReplyLike, SmtpServer } from "envoi/server";
import { Client } from "./client.js";

const full: ReplyLike = { code: 452, enhancedCode: "4.2.2", lines: "Full" };

async function deliver(data: (context: DataContext) => unknown, lmtp = true): Promise<string[]> {
  await using server = await SmtpServer.listen({
    lmtp,
    hostname: "mx.y.test",
    domains: ["y.test"],
    onError: () => {},
    data: (context) => data(context) as undefined,
  });
  await using client = await Client.connect(server.port);
  assert.equal(await client.reply(), `220 mx.y.test ${lmtp ? "LMTP" : "ESMTP"} envoi`);
  client.say(lmtp ? "LHLO x" : "EHLO x", "MAIL FROM:<>");
  client.say("RCPT TO:<a@y.test>", "RCPT TO:<x@z.test>", "RCPT TO:<b@y.test>", "RCPT TO:<a@y.test>");
  client.say("DATA", "x", ".", "QUIT");
  const lines = (await client.rest()).trimEnd().split("\r\n");
  return lines.slice(lines.findIndex((line) => line.startsWith("354")) + 1, -1);
}

const accepted = "250 2.6.0 Message accepted";

describe("SmtpServer: LMTP", () => {
  it("tells of each recipient that was accepted, in their order", async () => {
    assert.deepEqual(await deliver(() => {}), [accepted, accepted, accepted]);
    const refuseSecond = ({ envelope, refuse }: DataContext) => {
      const second = envelope.to[1];
      if (second !== undefined) refuse(second, full);
    };
    assert.deepEqual(await deliver(refuseSecond), [accepted, "452 4.2.2 Full", accepted]);
  });

  it("refuses for all recipients if the hook returns a refusal", async () => {
    const both = ({ envelope, refuse }: DataContext) => {
      refuse(envelope.to[0] as never, full);
      return { code: 554, lines: "No" };
    };
    assert.deepEqual(await deliver(both), ["554 5.0.0 No", "554 5.0.0 No", "554 5.0.0 No"]);
  });

  it("accepts refuse() only for its recipients, with a refusal, and in LMTP", async () => {
    const failed = "451 4.3.0 Local error, try again later";
    const somebodyElse = ({ envelope, refuse }: DataContext) => refuse({ ...envelope.to[0] } as never, full);
    assert.deepEqual(await deliver(somebodyElse), [failed, failed, failed]);
    const nothing = ({ envelope, refuse }: DataContext) =>
      refuse(envelope.to[0] as never, { code: 250, lines: "OK" });
    assert.deepEqual(await deliver(nothing), [failed, failed, failed]);
    const inSmtp = ({ envelope, refuse }: DataContext) => refuse(envelope.to[0] as never, full);
    assert.deepEqual(await deliver(inSmtp, false), [failed]);
  });

  it("is in the trace field", async () => {
    let text = "";
    await deliver(async ({ content }) => {
      for await (const piece of content) text += piece;
    });
    assert.match(text, /by mx\.y\.test with LMTP id/);
  });
});
