import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { describe, it } from "node:test";
import { Credentials, type EnvoiError, SmtpTransport, Tls } from "envoi";
import { HandClock } from "../../../net/hand-clock.js";
import { ScriptedServer } from "../../../net/scripted-server.js";
import { given } from "../given.js";
import { clearTo, mail, said, serve, until } from "../serve.js";
import { turnedBy } from "../turned.js";
import { BusyServer, type Habits } from "./busy-server.js";

function to(server: { readonly port: number }): ReturnType<typeof SmtpTransport.builder> {
  return SmtpTransport.builder("127.0.0.1").port(server.port).tls(Tls.None);
}

/** What a server does with each connection beyond the second. */
function onThird(act: (socket: Socket) => void): Habits {
  return {
    onConnect(socket, open) {
      if (open < 2) return undefined;
      act(socket);
      return "taken";
    },
  };
}

const thirds: Record<string, Habits> = {
  silence: onThird(() => {}),
  RST: onThird((socket) => socket.resetAndDestroy()),
  FIN: onThird((socket) => socket.end()),
  "421": onThird((socket) => socket.end("421 4.7.0 too many connections\r\n")),
  "450": onThird((socket) => socket.end("450 4.7.0 not now\r\n")),
  "451": onThird((socket) => socket.end("451 4.7.0 not now\r\n")),
  "554": onThird((socket) => socket.end("554 5.7.1 go away\r\n")),
  "421 behind a greeting": onThird((socket) => socket.end("220 hi\r\n421 4.7.0 too many\r\n")),
};

describe("a connection that cannot be opened beside others", () => {
  for (const [what, habits] of Object.entries(thirds)) {
    it(`fails no mail and delays no close if the server answers a third with ${what}`, async () => {
      for (const mode of ["off", "auto", "window"] as const) {
        await using server = await BusyServer.start(habits);
        const transport = to(server).pipelining(mode).pool({ maxSize: 5 }).build();
        const sends = Array.from({ length: 150 }, (_, i) => transport.send({ ...mail, subject: `${i}` }));
        const run = transport.sendAll(
          Array.from({ length: 150 }, (_, i) => ({ ...mail, subject: `run ${i}` })),
        );
        const [{ ok }] = await Promise.all([run, ...sends]);
        assert.equal(ok, 150);
        assert.equal(new Set(server.taken).size, 300);
        assert.equal(transport.status().slowdown, undefined);
        await transport.close();
      }
    });
  }

  for (const reply of ["454 4.7.0 too many logins", "432 4.7.12 later", "535 5.7.8 too many logins"]) {
    it(`fails no mail if its login is refused with ${reply.slice(0, 3)}`, async () => {
      await using server = await BusyServer.start({
        offers: ["PIPELINING", "AUTH PLAIN"],
        onCommand: (line, _, nth) =>
          line.startsWith("AUTH") ? { say: nth <= 2 ? "235 2.7.0 welcome" : reply } : undefined,
      });
      const transport = to(server)
        .credentials(Credentials.password("jo", "secret"))
        .pool({ maxSize: 5 })
        .build();
      await Promise.all(Array.from({ length: 300 }, (_, i) => transport.send({ ...mail, subject: `${i}` })));
      assert.equal(server.taken.length, 300);
      await transport.close();
    });
  }

  it("is tried again once per pause, and only while mails wait", async () => {
    let bears = 1;
    const clock = new HandClock();
    const held: (() => void)[] = [];
    await using server = await ScriptedServer.start((peer) => {
      const open = server.peers.filter((other) => other.open).length;
      if (open > bears) {
        peer.say("421 4.7.0 too many");
        return peer.halfClose();
      }
      return serve(peer, {
        MAIL: () =>
          new Promise<void>((resolve) => {
            held.push(() => {
              peer.say("250 ok");
              resolve();
            });
          }),
      });
    });
    const transport = turnedBy(clock, "127.0.0.1")
      .port(server.port)
      .tls(Tls.None)
      .pipelining("off")
      .deadline(1e9)
      .pool({ maxSize: 3 })
      .build();
    const sends = Array.from({ length: 6 }, () => transport.send(mail));
    await until(() => server.peers.length === 3 && transport.status().connections.busy === 1);
    await until(() => held.length === 1);
    clock.turn(999);
    assert.equal(server.peers.length, 3);
    clock.turn(1);
    await until(() => server.peers.length === 4 && transport.status().connections.busy === 1);
    clock.turn(1999);
    assert.equal(transport.status().connections.busy, 1);
    bears = 2;
    clock.turn(1);
    await until(() => held.length === 2);
    assert.equal(server.peers.length, 5);
    const goOn = setInterval(() => held.shift()?.(), 1);
    await Promise.all(sends);
    clearInterval(goOn);
    await transport.close();
    assert.equal(clock.timers, 0);
  });
});

describe("a connection that cannot be opened while there is no other", () => {
  for (const [what, greeting] of [
    ["a 421", "421 4.3.0 busy"],
    ["a 451", "451 4.3.0 busy"],
    ["a 554", "554 5.3.0 no"],
  ] as const) {
    it(`fails only the mail it was opened for after ${what}`, async () => {
      await using server = await ScriptedServer.start((peer, nth) =>
        serve(peer, nth === 1 ? { greeting } : {}),
      );
      const clock = new HandClock();
      const builder = turnedBy(clock, "127.0.0.1").port(server.port).tls(Tls.None).deadline(1e9);
      const transport = builder.pool({ maxSize: 1 }).build();
      const [first, ...others] = Array.from({ length: 5 }, () => transport.send(mail));
      await assert.rejects(first as Promise<unknown>, { delivery: "not-sent", phase: "greeting" });
      clock.turn(1000);
      await Promise.all(others);
      await transport.close();
    });
  }

  it("fails only that mail if the name cannot be looked up", async () => {
    for (const code of ["EAI_AGAIN", "ENOTFOUND"]) {
      await using server = await BusyServer.start({});
      let asked = 0;
      const resolve = async () => {
        if (++asked === 1) throw Object.assign(new Error(code), { code });
        return ["127.0.0.1"];
      };
      const transport = given({ resolve }, "mail.example")
        .port(server.port)
        .tls(Tls.None)
        .pool({ maxSize: 1 })
        .build();
      const sends = await Promise.allSettled(Array.from({ length: 8 }, () => transport.send(mail)));
      assert.equal(sends.filter(({ status }) => status === "rejected").length, 1);
      assert.equal(server.taken.length, 7);
      await transport.close();
    }
  });

  it("stops runs until its pause is over or another can be opened", async () => {
    const clock = new HandClock();
    let up = false;
    await using server = await ScriptedServer.start((peer) => (up ? serve(peer) : peer.cut()));
    const transport = turnedBy(clock, "127.0.0.1")
      .port(server.port)
      .tls(Tls.None)
      .pool({ maxSize: 1 })
      .build();
    let taken = 0;
    function* items() {
      for (; taken < 100; ) {
        taken++;
        yield mail;
      }
    }
    const run = transport.sendAll(items());
    const totals = run.then((totals) => totals);
    await until(() => run.totals.failed > 0 && transport.status().queued === 0);
    const before = taken;
    assert.ok(before < 10, `${before} taken`);
    clock.turn(999);
    for (let turn = 0; turn < 10; turn++) await until(() => true);
    assert.equal(taken, before);
    up = true;
    await transport.send(mail);
    const { total, failed } = await totals;
    assert.equal(total, 100);
    assert.equal(failed, before);
    await transport.close();
    assert.equal(clock.timers, 0);
  });

  it("is the cause of a deadline that passes in the queue", async () => {
    let nth = 0;
    const clock = new HandClock();
    await using server = await ScriptedServer.start((peer) => (++nth === 1 ? peer.cut() : undefined));
    const transport = turnedBy(clock, "127.0.0.1")
      .port(server.port)
      .tls(Tls.None)
      .pool({ maxSize: 1 })
      .build();
    const first = transport.send(mail);
    const second = transport.send(mail, { deadline: 5000 });
    const third = transport.send(mail, { deadline: 6000 });
    await assert.rejects(first, { kind: "connection" });
    await until(() => server.peers.length === 2);
    clock.turn(5000);
    const error = (await second.catch((error) => error)) as EnvoiError;
    assert.equal(error.kind, "timeout");
    assert.equal((error.cause as EnvoiError).kind, "connection");
    clock.turn(1000);
    await assert.rejects(third, { kind: "timeout", delivery: "not-sent" });
    await transport.close();
  });

  it("continues for the others when the mail that it was for is cancelled", async () => {
    let greet = () => {};
    await using server = await ScriptedServer.start((peer) =>
      serve(peer, {
        greeting: () =>
          new Promise<void>((resolve) => {
            greet = () => {
              peer.say("220 at last");
              resolve();
            };
          }),
      }),
    );
    const transport = clearTo(server).pool({ maxSize: 1 }).build();
    const controller = new AbortController();
    const first = transport.send(mail, { signal: controller.signal });
    const second = transport.send(mail);
    await until(() => server.peers.length === 1);
    controller.abort();
    await assert.rejects(first, { kind: "aborted", delivery: "not-sent" });
    greet();
    await second;
    assert.equal(server.peers.length, 1);
    await transport.close();
  });
});

describe("a verdict on the transport", () => {
  const refusing: Habits = {
    offers: ["PIPELINING", "AUTH PLAIN XOAUTH2"],
    onCommand: (line) =>
      line.startsWith("AUTH")
        ? {
            say: line.includes(Buffer.from("good").toString("base64").slice(0, 5))
              ? "235 2.7.0 ok"
              : "535 5.7.8 no",
          }
        : undefined,
  };
  const logins = (server: BusyServer) => server.commands.filter((line) => line.startsWith("AUTH")).length;

  it("on a password costs one login for all waiting mails, runs included", async () => {
    for (const maxSize of [1, 5]) {
      await using server = await BusyServer.start(refusing);
      // Time stands still: a login is tried again after a pause.
      const builder = turnedBy(new HandClock(), "127.0.0.1").port(server.port).tls(Tls.None);
      const transport = builder.credentials(Credentials.password("jo", "x")).pool({ maxSize }).build();
      const sends = Array.from({ length: 200 }, () => transport.send(mail));
      const run = transport.sendAll(Array.from({ length: 500 }, () => mail));
      const told = await Promise.allSettled(sends);
      for (const one of told) {
        assert.equal(one.status, "rejected");
        assert.equal(one.status === "rejected" && one.reason.kind, "authentication");
      }
      assert.equal((await run).notSent, 500);
      await assert.rejects(transport.send(mail), { kind: "authentication", permanent: true });
      assert.equal(logins(server), 1, `maxSize ${maxSize}`);
      await transport.close();
    }
  });

  it("lasts for a pause, twice as long each time, and then the login is tried again", async () => {
    const clock = new HandClock();
    await using server = await BusyServer.start(refusing);
    const transport = turnedBy(clock, "127.0.0.1")
      .port(server.port)
      .tls(Tls.None)
      .credentials(Credentials.password("jo", "x"))
      .build();
    const tried = async () => {
      await assert.rejects(transport.send(mail), { kind: "authentication" });
      return logins(server);
    };
    assert.equal(await tried(), 1);
    clock.turn(999);
    assert.equal(await tried(), 1);
    clock.turn(1);
    assert.equal(await tried(), 2);
    clock.turn(1999);
    assert.equal(await tried(), 2);
    clock.turn(1);
    assert.equal(await tried(), 3);
    await transport.close();
  });

  it("on a token does not apply to another token", async () => {
    const clock = new HandClock();
    await using server = await ScriptedServer.start((peer) =>
      serve(
        peer,
        {
          AUTH: async (line) => {
            if (Buffer.from(line.split(" ")[2] ?? "", "base64").includes("good")) return peer.say("235 ok");
            peer.say("535 5.7.8 no");
          },
        },
        ["AUTH XOAUTH2"],
      ),
    );
    let token = "bad";
    const transport = turnedBy(clock, "127.0.0.1")
      .port(server.port)
      .tls(Tls.None)
      .credentials(Credentials.token("jo", () => token))
      .build();
    await assert.rejects(transport.send(mail), { kind: "authentication" });
    const before = server.peers.length;
    await assert.rejects(transport.send(mail), { kind: "authentication" });
    assert.equal(server.peers.length, before);
    token = "good";
    await transport.send(mail);
    await transport.close();
  });

  it("does not follow from a 4xx to AUTH, which fails one mail", async () => {
    let logins = 0;
    await using server = await BusyServer.start({
      offers: ["PIPELINING", "AUTH PLAIN"],
      onCommand: (line) =>
        line.startsWith("AUTH") ? { say: ++logins === 1 ? "454 4.3.0 later" : "235 2.7.0 ok" } : undefined,
    });
    const transport = to(server).credentials(Credentials.password("jo", "x")).pool({ maxSize: 1 }).build();
    const told = await Promise.allSettled(Array.from({ length: 10 }, () => transport.send(mail)));
    assert.equal(told.filter(({ status }) => status === "rejected").length, 1);
    await transport.close();
  });

  it("on missing STARTTLS costs one connection", async () => {
    await using server = await BusyServer.start({});
    const transport = to(server).tls(Tls.Required).pool({ maxSize: 1 }).build();
    const told = await Promise.allSettled(Array.from({ length: 50 }, () => transport.send(mail)));
    for (const one of told) assert.equal(one.status === "rejected" && one.reason.kind, "tls");
    assert.equal(server.connections, 1);
    await transport.close();
  });
});

it("a transport logs in on one connection at a time until it has logged in once", async () => {
  let under = 0;
  let most = 0;
  let welcomed = 0;
  await using server = await ScriptedServer.start((peer) =>
    serve(
      peer,
      {
        AUTH: async () => {
          under++;
          if (welcomed === 0) most = Math.max(most, under);
          for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
          under--;
          welcomed++;
          peer.say("235 ok");
        },
      },
      ["AUTH PLAIN"],
    ),
  );
  await using transport = clearTo(server)
    .credentials(Credentials.password("jo", "x"))
    .pool({ maxSize: 5 })
    .build();
  await Promise.all(Array.from({ length: 30 }, () => transport.send(mail)));
  assert.equal(most, 1);
  assert.ok(server.peers.every((peer) => said(peer).length > 0));
});
