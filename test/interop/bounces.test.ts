import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { SmtpTransport } from "envoi";
import { BounceAddress, type Feedback, readFeedback } from "envoi/feedback";
import { TestServer } from "envoi/testing";
import type { Relays } from "./configuration.ts";
import { Exim } from "./exim.ts";
import type { MailServer } from "./mail-server.ts";
import { Postfix } from "./postfix.ts";
import { unpacked } from "./unpacked.ts";

// A shop gives mail to a real server, which hands it to the server of the recipient. What that one refuses comes back
// to the shop, to the address that the mail was sent from.

const bounces = BounceAddress.create({ domain: "shop.example", secret: "of this test" });

const servers: readonly {
  readonly name: string;
  readonly start: (relays: Relays) => Promise<MailServer<"plain">>;
  /** Lets it look at what waits, if it does not by itself. */
  readonly lookAgain: (server: MailServer<"plain">) => Promise<unknown>;
}[] = [
  {
    name: "Postfix",
    start: (relays) =>
      Postfix.start({
        relays,
        main: {
          delay_warning_time: "1s",
          minimal_backoff_time: "1s",
          maximal_backoff_time: "1s",
          queue_run_delay: "1s",
        },
      }),
    lookAgain: async () => {},
  },
  {
    name: "Exim",
    // It writes a bounce by running itself; Debian has compiled in where it would be if it were installed.
    start: async (relays) =>
      Exim.start({ relays, main: { delay_warning: "1s", exim_path: await unpacked("usr/sbin/exim4") } }),
    lookAgain: async ({ daemon }) => {
      const exim = await unpacked("usr/sbin/exim4");
      await once(
        spawn(exim, ["-C", join(daemon.directory, "exim.conf"), "-qff"], { stdio: "ignore" }),
        "exit",
      );
    },
  },
];

for (const { name, start, lookAgain } of servers) {
  test(`the bounces of ${name}`, async (t) => {
    await using remote = await TestServer.start();
    await using shop = await TestServer.start();
    remote.fail({ at: "rcpt", when: { recipient: /^nobody/ }, reply: "550 5.1.1 No such user" });
    remote.fail({ at: "rcpt", when: { recipient: /^full/ }, reply: "552 5.2.2 Mailbox full" });
    remote.fail({ at: "rcpt", when: { recipient: /^plain/ }, reply: "550 User unknown" });
    remote.fail({ at: "rcpt", when: { recipient: /^later/ }, reply: "451 4.3.0 Try again later" });
    const way = (server: TestServer) => ({ port: server.port, tls: "none" }) as const;
    await using relay = await start({ "remote.example": way(remote), "shop.example": way(shop) });
    t.afterEach(relay.explain);
    await using transport = SmtpTransport.unencryptedLocalhost(relay.ports.plain);

    const sent = async (id: string, to: string | string[], options = {}): Promise<string> => {
      const message = { from: "shop@shop.example", to, subject: id, text: "Thank you!" };
      const envelope = { from: bounces.for(id), to: [to].flat() };
      const { messageId = "" } = await transport.send(message, { envelope, ...options } as never);
      return messageId;
    };
    const cameBack = async (id: string): Promise<Feedback> => {
      const to = bounces.for(id).toString();
      const { raw } = await shop.waitForMessage({ to }, { timeout: 30_000 });
      const feedback = await readFeedback(raw);
      assert.deepEqual(
        feedback.sentTo.map((address) => bounces.read(address)),
        [id],
      );
      return feedback;
    };

    for (const [local, status, code, severity] of [
      ["nobody", "5.1.1", 550, "hard"],
      ["full", "5.2.2", 552, "soft"],
      ["plain", undefined, 550, "hard"],
    ] as const) {
      await t.test(`a mail to ${local} comes back to its own sender`, async () => {
        const messageId = await sent(`order-${local}`, `${local}@remote.example`);
        const feedback = await cameBack(`order-${local}`);
        assert.equal(feedback.type, "bounce");
        assert.equal(feedback.messageId, messageId);
        const [recipient, ...more] = feedback.recipients;
        assert.deepEqual(more, []);
        assert.equal(recipient?.address, `${local}@remote.example`);
        // Of a refusal without a status, they say no more than that it was one.
        if (status === undefined) assert.match(recipient?.status ?? "5.0.0", /^5\.0\.0$/);
        else assert.ok([status, "5.0.0"].includes(recipient?.status ?? ""), recipient?.status);
        assert.equal(recipient?.code, code);
        assert.equal(recipient?.severity, severity);
        assert.equal(recipient?.action, "failed");
      });
    }

    await t.test("of three recipients, the two that failed are told", async () => {
      await sent("order-3", ["ann@remote.example", "nobody1@remote.example", "full1@remote.example"]);
      const { type, recipients } = await cameBack("order-3");
      assert.equal(type, "bounce");
      assert.deepEqual(recipients.map(({ address, severity }) => [address, severity]).sort(), [
        ["full1@remote.example", "soft"],
        ["nobody1@remote.example", "hard"],
      ]);
    });

    await t.test("a success that was asked for is no bounce", async () => {
      await sent("order-ok", "ann@remote.example", { dsn: { notify: ["SUCCESS"], envid: "order-ok" } });
      const { type, envelopeId, recipients } = await cameBack("order-ok");
      assert.equal(type, "none");
      assert.equal(envelopeId, "order-ok");
      assert.equal(recipients[0]?.address, "ann@remote.example");
      assert.match(recipients[0]?.action ?? "", /^(?:relayed|delivered)$/);
    });

    await t.test("a mail that is late is a delay", async () => {
      await sent("order-late", "later@remote.example", { dsn: { notify: ["FAILURE", "DELAY"] } });
      const arrived = (): boolean =>
        shop.messages.some(({ to }) => to.includes(bounces.for("order-late").toString()));
      for (let round = 0; round < 60 && !arrived(); round++) {
        await lookAgain(relay);
        await setTimeout(500);
      }
      const { type, recipients } = await cameBack("order-late");
      assert.equal(type, "delay");
      assert.equal(recipients[0]?.address, "later@remote.example");
      assert.equal(recipients[0]?.action, "delayed");
      assert.equal(recipients[0]?.severity, undefined);
    });
  });
}
