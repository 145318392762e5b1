import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TestServer as Unjudged } from "envoi/testing";
import { ScriptedServer } from "../../net/scripted-server.js";
import { clearTo, mail, said, serve } from "./serve.js";
import { TestServer } from "./test-server.js";

describe("a connection that has reached MAILMAX", () => {
  it("is closed with QUIT and replaced; refused mails count", async () => {
    for (const mode of ["off", "auto", "window"] as const) {
      await using server = await TestServer.start({
        recipient: ({ recipient }) =>
          String(recipient).startsWith("no") ? { code: 550, enhancedCode: "5.1.1", lines: "no" } : undefined,
      });
      server.fail({ at: "ehlo", conceal: ["LIMITS"], offer: ["LIMITS MAILMAX=3"] });
      await using transport = server.builder().pool({ maxSize: 1 }).pipelining(mode).build();
      const sends = Array.from({ length: 10 }, (_, i) =>
        transport.send({ ...mail, to: `${i % 3 === 0 ? "no" : "yes"}${i}@y.test` }),
      );
      const results = await Promise.allSettled(sends);
      assert.equal(results.filter(({ status }) => status === "fulfilled").length, 6);
      for (const { lines, session } of server.transcripts) {
        assert.ok(lines.filter(({ text }) => text.startsWith("MAIL")).length <= 3, mode);
        assert.ok(session !== undefined);
      }
    }
  });
});

describe("530 to MAIL", () => {
  it("on a used connection sends the mail over a connection that has logged in again", async () => {
    for (const mode of ["off", "auto", "window"] as const) {
      await using server = await Unjudged.start();
      server.fail({
        at: "mail",
        when: { connection: 1, after: 4 },
        reply: "530 5.7.0 Authentication required",
      });
      await using transport = server.builder().pool({ maxSize: 1 }).pipelining(mode).build();
      const sends = Array.from({ length: 12 }, (_, i) => transport.send({ ...mail, subject: `number ${i}` }));
      assert.equal((await Promise.all(sends)).length, 12);
      assert.equal(new Set(server.messages.map(({ parsed }) => parsed.subject)).size, 12);
      assert.equal(server.messages.length, 12);
      assert.equal(server.transcripts.length, 2);
    }
  });

  it("on a fresh connection is reported as a refusal", async () => {
    await using server = await ScriptedServer.start((peer) =>
      serve(peer, { MAIL: "530 5.7.0 log in", RCPT: "503 no", DATA: "503 no" }),
    );
    await using transport = clearTo(server).build();
    await assert.rejects(transport.send(mail), { kind: "rejected", delivery: "refused" });
    assert.equal(server.peers.length, 1);
  });

  it("on the second connection as well is reported, without a third attempt", async () => {
    let mails = 0;
    await using server = await ScriptedServer.start((peer) =>
      serve(
        peer,
        {
          MAIL: () => peer.say(++mails === 1 ? "250 ok" : "530 5.7.0 log in"),
          RCPT: () => peer.say(mails === 1 ? "250 ok" : "503 no"),
          ...(mails === 1 ? {} : {}),
        },
        [],
      ),
    );
    await using transport = clearTo(server).build();
    await transport.send(mail);
    await assert.rejects(transport.send(mail), { kind: "rejected", delivery: "refused" });
    assert.equal(server.peers.length, 2);
    assert.equal(said(server.peers[0]).at(-2), "QUIT");
  });
});
