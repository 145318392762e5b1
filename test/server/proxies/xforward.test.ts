import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Session, SmtpServer, type SmtpServerOptions } from "envoi/server";
import { Client } from "../client.js";

/** A server that trusts this machine, the sessions that its hooks get, and a client that has said EHLO. */
async function start(options: SmtpServerOptions = {}) {
  const sessions: Session[] = [];
  const server = await SmtpServer.listen({
    xforward: { from: ["127.0.0.1"] },
    domains: ["y.test"],
    mail: ({ session }) => void sessions.push(session),
    data: ({ session }) => void sessions.push(session),
    ...options,
  });
  const client = await Client.connect(server.port);
  await client.reply();
  await client.ask("EHLO filter.test");
  const dispose = async () => {
    client.socket.destroy();
    await server.close({ grace: 0 });
  };
  return { client, sessions, [Symbol.asyncDispose]: dispose };
}

const forwarded = {
  name: "c.test",
  address: "2001:db8::7",
  port: 7,
  protocol: "ESMTP",
  hello: "helo.test",
  ident: "4bQXyz",
  source: "remote",
};

const command =
  "XFORWARD NAME=c.test ADDR=IPV6:2001:db8::7 PORT=7 PROTO=ESMTP HELO=helo.test IDENT=4bQXyz SOURCE=REMOTE";

async function send(client: Client): Promise<void> {
  client.say("MAIL FROM:<>", "RCPT TO:<b@y.test>", "DATA", "x", ".");
  assert.match((await client.replies(4)).at(-1) ?? "", /^250 /);
}

describe("SmtpServer: XFORWARD", () => {
  it("shows where a message comes from, and changes nothing else", async () => {
    await using talk = await start();
    assert.match(await talk.client.ask(command), /^250 2\.0\.0 /);
    await send(talk.client);
    for (const session of talk.sessions) {
      assert.deepEqual(session.forwarded, forwarded);
      assert.deepEqual(
        [session.remoteAddress, session.via, session.hello?.name],
        ["127.0.0.1", "direct", "filter.test"],
      );
    }
    assert.equal(talk.sessions.length, 2);
  });

  it("is forgotten after the message, RSET, EHLO, and a transaction that fails", async () => {
    await using talk = await start();
    const { client, sessions } = talk;
    await client.ask(command);
    await send(client);
    await send(client);
    assert.deepEqual(
      sessions.splice(0).map(({ forwarded }) => forwarded?.port),
      [7, 7, undefined, undefined],
    );
    for (const between of ["RSET", "EHLO filter.test", "HELO filter.test"]) {
      await client.ask(command);
      await client.ask(between);
      await send(client);
      assert.ok(sessions.splice(0).every((session) => !("forwarded" in session)));
    }
    await client.ask(command);
    await client.ask("MAIL FROM:<>");
    await client.ask("RSET");
    await send(client);
    assert.deepEqual(
      sessions.splice(0).map(({ forwarded }) => forwarded?.port),
      [7, undefined, undefined],
    );
  });

  it("adds up, and erases what is unavailable", async () => {
    await using talk = await start();
    const { client, sessions } = talk;
    for (const words of ["NAME=c.test PORT=7", "HELO=h.test", "NAME=[UNAVAILABLE] SOURCE=LOCAL"])
      assert.match(await client.ask(`XFORWARD ${words}`), /^250 /);
    await send(client);
    const none = { address: undefined, protocol: undefined, ident: undefined };
    assert.deepEqual(sessions[0]?.forwarded, {
      ...none,
      name: undefined,
      port: 7,
      hello: "h.test",
      source: "local",
    });
  });

  it("is refused in a transaction, and does not touch it", async () => {
    await using talk = await start();
    const { client, sessions } = talk;
    client.say("MAIL FROM:<>", command, "RCPT TO:<b@y.test>", command, "DATA", "x", ".");
    const replies = (await client.replies(6)).map((reply) => reply.slice(0, 9));
    assert.deepEqual(replies, ["250 2.1.0", "503 5.5.1", "250 2.1.5", "503 5.5.1", "354 End t", "250 2.6.0"]);
    assert.ok(sessions.every((session) => session.forwarded === undefined));
  });

  it("is refused to clients that are not trusted", async () => {
    await using talk = await start({ xforward: { from: ["192.0.2.0/24"] } });
    const { client, sessions } = talk;
    assert.doesNotMatch(await client.ask("EHLO x.test"), /XFORWARD/);
    assert.match(await client.ask(command), /^550 5\.7\.0 /);
    await send(client);
    assert.ok(sessions.every((session) => session.forwarded === undefined));
  });

  it("is refused if it is wrong", async () => {
    await using talk = await start();
    const { client } = talk;
    for (const words of ["", " NAME=a+0Ab", " ADDR", " LOGIN=jo"])
      assert.match(await client.ask(`XFORWARD${words}`), /^501 5\.5\.4 /);
  });
});
