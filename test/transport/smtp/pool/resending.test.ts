import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SendError, type SendOptions, SmtpError, SmtpTransport, Tls } from "envoi";
import { BusyServer, type Habits } from "./busy-server.js";

const modes = ["off", "auto", "window"] as const;

function to(server: BusyServer): ReturnType<typeof SmtpTransport.builder> {
  return SmtpTransport.builder("127.0.0.1").port(server.port).tls(Tls.None);
}

function numbered(i: number): { from: string; to: string[]; subject: string; text: string } {
  return { from: "a@x.test", to: [`r${i}@y.test`], subject: `number ${i}`, text: "hello" };
}

/** Closes with 421 at MAIL, once a connection has had so many. */
function most(count: number): Habits {
  return {
    onCommand: (line, mail) =>
      line.startsWith("MAIL") && mail > count ? { say: "421 4.7.0 too many", close: true } : undefined,
  };
}

const servers: Record<string, [number, Habits]> = {
  "takes three mails a connection and says 421 to the next MAIL": [10, most(3)],
  "takes ten mails a connection and says 421 to the next MAIL": [300, most(10)],
  "says 421 behind each final 250, in one packet": [
    20,
    { onContent: () => ({ say: "250 2.0.0 queued\r\n421 4.3.2 bye", close: true }) },
  ],
  "says 421 to RCPT once it has had two mails, and closes": [
    20,
    {
      onCommand: (line, mail) =>
        line.startsWith("RCPT") && mail > 2 ? { say: "421 4.3.2 bye", close: true } : undefined,
    },
  ],
  "says 421 to DATA once it has had two mails, and closes": [
    20,
    {
      onCommand: (line, mail) =>
        line === "DATA" && mail > 2 ? { say: "421 4.3.2 bye", close: true } : undefined,
      offers: ["PIPELINING"],
    },
  ],
};

describe("a mail on a connection that carried another before", () => {
  for (const [what, [count, habits]] of Object.entries(servers)) {
    it(`is sent in the end to a server that ${what}, without a pause`, async () => {
      for (const mode of modes) {
        for (const maxSize of [1, 2, 5]) {
          await using server = await BusyServer.start(habits);
          await using transport = to(server).pipelining(mode).pool({ maxSize }).build();
          const reports = await Promise.all(
            Array.from({ length: count }, (_, i) => transport.send(numbered(i))),
          );
          assert.equal(reports.length, count);
          assert.equal(new Set(server.taken).size, count, `${mode} ${maxSize}`);
          assert.equal(server.taken.length, count, `${mode} ${maxSize}`);
          assert.equal(transport.status().slowdown, undefined);
        }
      }
    });
  }

  it("is sent in the end, if the server takes two connections and still counts those that it has just closed", async () => {
    for (const mode of modes) {
      for (const perConnection of [1, 3]) {
        await using server = await BusyServer.start({
          ...most(perConnection),
          onConnect(socket, open) {
            if (open < 2) return undefined;
            socket.end("421 4.7.0 too many connections\r\n");
            return "taken";
          },
        });
        await using transport = to(server).pipelining(mode).build();
        await Promise.all(Array.from({ length: 60 }, (_, i) => transport.send(numbered(i))));
        assert.equal(new Set(server.taken).size, 60, `${mode} ${perConnection}`);
        assert.equal(server.taken.length, 60, `${mode} ${perConnection}`);
        assert.equal(transport.status().slowdown, undefined);
      }
    }
  });

  it("is sent again only to the recipients that a 421 to RCPT left out", async () => {
    for (const mode of modes) {
      let struck = false;
      await using server = await BusyServer.start({
        onCommand(line, mail) {
          if (!line.startsWith("RCPT") || mail < 2 || struck) return undefined;
          struck = true;
          return { say: "421 4.3.2 busy" };
        },
      });
      await using transport = to(server).pipelining(mode).pool({ maxSize: 1 }).build();
      await transport.send(numbered(0));
      const report = await transport.send({ ...numbered(1), to: ["one@y.test", "two@y.test"] });
      assert.deepEqual(report.accepted.map(String).sort(), ["one@y.test", "two@y.test"]);
      const recipients = server.taken.slice(1).flatMap((taken) => taken.split(" to ")[1]?.split(" ") ?? []);
      assert.deepEqual(recipients.sort(), ["one@y.test", "two@y.test"]);
    }
  });

  it("for all recipients or none is sent as a whole again", async () => {
    let struck = false;
    await using server = await BusyServer.start({
      onCommand(line, mail) {
        if (!line.startsWith("RCPT") || mail < 2 || struck) return undefined;
        struck = true;
        return { say: "421 4.3.2 busy", close: true };
      },
    });
    await using transport = to(server).pool({ maxSize: 1 }).build();
    await transport.send(numbered(0));
    const all = { ...numbered(1), to: ["one@y.test", "two@y.test"] };
    await transport.send(all, { partial: false });
    assert.deepEqual(server.taken.slice(1), ["number 1 to one@y.test two@y.test"]);
  });

  it("keeps its place before mails that were queued after it", async () => {
    await using server = await BusyServer.start(most(4));
    await using transport = to(server).pipelining("auto").pool({ maxSize: 1 }).build();
    await Promise.all(Array.from({ length: 12 }, (_, i) => transport.send(numbered(i))));
    assert.deepEqual(
      server.taken.map((taken) => Number(/number (\d+)/.exec(taken)?.[1])),
      Array.from({ length: 12 }, (_, i) => i),
    );
  });

  it("is divided over several connections if each takes two transactions", async () => {
    await using server = await BusyServer.start({ ...most(2), offers: ["PIPELINING", "LIMITS RCPTMAX=1"] });
    await using transport = to(server).pool({ maxSize: 1 }).build();
    const report = await transport.send({
      ...numbered(0),
      to: Array.from({ length: 9 }, (_, i) => `r${i}@y.test`),
    });
    assert.equal(report.accepted.length, 9);
    assert.equal(server.taken.length, 9);
    assert.equal(transport.status().slowdown, undefined);
  });

  it("fails by a failure on a connection of its own, after two failures on others", async () => {
    for (const mode of modes) {
      await using server = await BusyServer.start({
        onCommand: (line) =>
          line.includes("<bad@") && line.startsWith("MAIL")
            ? { say: "421 4.3.2 no", close: true }
            : undefined,
      });
      await using transport = to(server).pipelining(mode).pool({ maxSize: 1 }).build();
      const sends = Array.from({ length: 20 }, (_, i) => transport.send(numbered(i)));
      const bad = transport.send({ ...numbered(99), from: "bad@x.test" });
      const error = await bad.then(
        () => assert.fail("accepted"),
        (error: unknown) => error,
      );
      assert.ok(error instanceof SendError);
      assert.deepEqual(
        { kind: error.kind, delivery: error.delivery, transient: error.transient },
        { kind: "connection", delivery: "not-sent", transient: true },
      );
      const tried = server.commands.filter((line) => line.startsWith("MAIL FROM:<bad@"));
      assert.ok(tried.length <= 4, `${mode}: tried ${tried.length} times`);
      await Promise.all(sends);
      assert.equal(server.taken.length, 20);
    }
  });

  it("is not sent again with the option once, and says that it may be", async () => {
    const habits: Record<string, Habits> = {
      "closes at MAIL": most(1),
      "closes at RCPT": {
        onCommand: (line, mail) =>
          line.startsWith("RCPT") && mail > 1 ? { say: "421 4.3.2 bye", close: true } : undefined,
      },
      "wants a login": {
        onCommand: (line, mail) =>
          line.startsWith("MAIL") && mail > 1 ? { say: "530 5.7.0 log in again" } : undefined,
      },
    };
    for (const mode of modes) {
      for (const [name, each] of Object.entries(habits)) {
        await using server = await BusyServer.start(each);
        await using transport = to(server).pipelining(mode).pool({ maxSize: 1 }).build();
        await transport.send(numbered(0));
        const options: SendOptions & { once: true } = { once: true };
        const error = await transport.send(numbered(1), options).then(
          () => assert.fail("accepted"),
          (reason: unknown) => reason,
        );
        assert.ok(error instanceof SmtpError);
        const { delivery, transient, permanent } = error;
        assert.deepEqual(
          { delivery, transient, permanent, again: Reflect.get(error, "again") },
          { delivery: "not-sent", transient: true, permanent: false, again: true },
          `${mode}, ${name}`,
        );
        assert.equal(server.commands.filter((line) => line.startsWith("MAIL")).length, 2);
        assert.equal(transport.status().slowdown, undefined);
        // The next one goes over another connection.
        await transport.send(numbered(2), options);
      }
    }
  });

  it("says nothing of being sent again with the option once, if its own connection was closed", async () => {
    await using server = await BusyServer.start(most(0));
    await using transport = to(server).build();
    const options: SendOptions & { once: true } = { once: true };
    const error = await transport.send(numbered(0), options).catch((reason: unknown) => reason);
    assert.ok(error instanceof SmtpError);
    assert.equal(Reflect.get(error, "again"), false);
    assert.equal(server.commands.filter((line) => line.startsWith("MAIL")).length, 1);
  });

  it("is sent again in a run, too", async () => {
    for (const mode of modes) {
      await using server = await BusyServer.start(most(3));
      await using transport = to(server).pipelining(mode).pool({ maxSize: 3 }).build();
      const { ok } = await transport.sendAll(Array.from({ length: 60 }, (_, i) => numbered(i)));
      assert.equal(ok, 60, mode);
      assert.equal(new Set(server.taken).size, 60);
    }
  });
});
