import assert from "node:assert/strict";
import { once } from "node:events";
import type { Duplex } from "node:stream";
import { describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { SmtpTransport, Tls } from "envoi";
import { SmtpServer, type SmtpServerOptions, type TurnedConnection } from "envoi/server";
import { CertificateAuthority } from "envoi/testing";
import type { ConnectionObserver, Interceptor } from "#src/server/connection/observer.js";
import { RunningServer } from "#src/server/running-server.js";
import { HandClock } from "../../net/hand-clock.js";
import { Client } from "../client.js";

const ca = await CertificateAuthority.create();
const login = `AUTH PLAIN ${Buffer.from("\0jo\0secret").toString("base64")}`;
const reversed = "250 2.0.0 Now reversing the connection";

async function start(atrn: SmtpServerOptions["atrn"], more: SmtpServerOptions = {}) {
  const errors: unknown[] = [];
  const server = await SmtpServer.listen({
    auth: ({ user }) => ({ user }),
    allowPlaintextCredentials: true,
    ...(atrn && { atrn }),
    onError: ({ error, hook }) => void errors.push(hook, error),
    ...more,
  });
  const client = await Client.connect(server.port);
  await client.reply();
  const dispose = async () => {
    client.socket.destroy();
    await server.close({ grace: 0 });
  };
  return { server, client, errors, [Symbol.asyncDispose]: dispose };
}

/** A transport with this connection and no other. */
function over(connection: Duplex, encrypted: boolean = false): SmtpTransport {
  let used = false;
  return SmtpTransport.builder("customer.y.test")
    .tls(Tls.None)
    .pool({ maxSize: 1 })
    .connector(() => {
      if (used) throw new Error("the customer has left");
      used = true;
      return { socket: connection, encrypted };
    })
    .build();
}

/** Plays the customer, who is now the server, until the connection closes. */
async function customer(client: Client, replies: Readonly<Record<string, string>>): Promise<string[]> {
  const heard: string[] = [];
  let rest = "";
  const { socket } = client;
  socket.removeAllListeners("data");
  socket.on("data", (octets: Buffer) => {
    rest += octets.toString();
    for (let end = rest.indexOf("\r\n"); end !== -1; end = rest.indexOf("\r\n")) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 2);
      heard.push(line);
      const reply = replies[line.split(/[ :]/, 1)[0] ?? ""];
      if (reply !== undefined) socket.write(`${reply}\r\n`);
    }
  });
  socket.once("end", () => socket.end());
  socket.write("220 customer.y.test ready\r\n");
  await once(socket, "close");
  return heard;
}

const willing = {
  EHLO: "250 customer",
  MAIL: "250 OK",
  RCPT: "250 OK",
  DATA: "354 Go on",
  ".": "250 OK",
  QUIT: "221 Bye",
};

async function sendAll(transport: SmtpTransport, count: number): Promise<void> {
  for (let mail = 0; mail < count; mail++)
    await transport.send({ from: "a@x.test", to: "b@y.test", subject: `Mail ${mail}`, text: "Hello" });
  await transport.close();
}

describe("SmtpServer: ATRN", () => {
  it("sends the mail of a customer over its own connection, in plaintext", async () => {
    const asked: unknown[] = [];
    await using talk = await start(({ domains, session }) => {
      asked.push(domains, session.authenticated?.user);
      return async (connection) => await sendAll(over(connection), 2);
    });
    await talk.client.ask("EHLO customer");
    await talk.client.ask(login);
    assert.equal(await talk.client.ask("ATRN Y.test,z.test"), reversed);
    const heard = await customer(talk.client, willing);
    assert.deepEqual(asked, [["y.test", "z.test"], "jo"]);
    assert.equal(heard.filter((line) => line.startsWith("Subject: Mail")).length, 2);
    assert.equal(heard.at(-1), "QUIT");
    assert.deepEqual(talk.errors, []);
  });

  it("sends it over TLS", async () => {
    const { cert, key } = ca.issue({ names: ["localhost"] });
    await using talk = await start(() => async (connection) => await sendAll(over(connection, true), 1), {
      certificates: { cert, key },
      requireAuth: true,
      requireTls: true,
    });
    await talk.client.ask("EHLO customer");
    assert.match(await talk.client.ask("ATRN"), /^530 5\.7\.0 Must issue a STARTTLS/);
    await talk.client.starttls({ ca: ca.cert, servername: "localhost" });
    await talk.client.ask("EHLO customer");
    assert.match(await talk.client.ask("ATRN"), /^530 5\.7\.0 Auth/);
    await talk.client.ask(login);
    assert.equal(await talk.client.ask("ATRN"), reversed);
    assert.ok((await customer(talk.client, willing)).includes("Subject: Mail 0"));
  });

  it("gives a stream that nobody has read from, for any way of reading", async () => {
    const ways: Record<string, TurnedConnection> = {
      async listener(connection) {
        await turn();
        connection.end(await new Promise<string>((read) => connection.once("data", read)));
      },
      async iteration(connection) {
        for await (const octets of connection) return void connection.end(octets);
      },
      async pipe(connection) {
        await turn();
        await once(connection.pipe(connection), "finish");
      },
    };
    for (const [way, turned] of Object.entries(ways)) {
      await using talk = await start(() => turned);
      await talk.client.ask("EHLO customer");
      await talk.client.ask(login);
      assert.equal(await talk.client.ask("ATRN"), reversed, way);
      talk.client.socket.end("220 customer\r\n");
      assert.match(await talk.client.rest(), /^220 customer\r\n$/, way);
      assert.deepEqual(talk.errors, [], way);
    }
  });

  it("has no limits any more, but the close of the server", async () => {
    let ended: unknown;
    const clock = new HandClock();
    const errors: unknown[] = [];
    const server = await RunningServer.start(
      {
        auth: ({ user }) => ({ user }),
        allowPlaintextCredentials: true,
        atrn: () => async (connection) => {
          connection.resume();
          await once(connection, "close");
          ended = true;
        },
        onError: ({ error }) => void errors.push(error),
      },
      { clock },
    );
    await using client = await Client.connect(server.port);
    await client.reply();
    await client.ask("EHLO customer");
    await client.ask(login);
    assert.equal(await client.ask("ATRN"), reversed);
    while (server.status.connections.states.turned === 0) await turn();
    clock.turn(86_400_000);
    await turn();
    assert.equal(ended, undefined);
    assert.equal(server.status.connections.states.turned, 1);
    const closed = server.close(30);
    clock.turn(30);
    await closed;
    assert.equal(await client.rest(), "");
    while (ended === undefined) await turn();
    assert.deepEqual(errors, []);
  });

  it("closes without exchanging the roles if anything follows the command", async () => {
    let turned = 0;
    const atrn = () => async () => void turned++;
    for (const more of ["NOOP", "220 customer"]) {
      await using talk = await start(atrn);
      await talk.client.ask("EHLO customer");
      await talk.client.ask(login);
      talk.client.say("ATRN", more);
      assert.match(await talk.client.rest(), /^554 5\.5\.1 Nothing may follow ATRN/);
    }
    let answer: ((turned: () => Promise<void>) => void) | undefined;
    let line: { readonly pending: boolean } | undefined;
    const observe = (): ConnectionObserver => ({
      ...{ received() {}, sent() {}, content() {}, flushed() {}, secured() {}, notSecured() {}, ended() {} },
      intercept(protocol, intercepted) {
        line = intercepted;
        return protocol as Interceptor;
      },
    });
    const ask = (): Promise<TurnedConnection> =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const server = await RunningServer.start(
      { auth: ({ user }) => ({ user }), allowPlaintextCredentials: true, atrn: ask },
      { observe },
    );
    await using client = await Client.connect(server.port);
    await client.reply();
    await client.ask("EHLO customer");
    await client.ask(login);
    client.say("ATRN");
    while (answer === undefined) await turn();
    client.say("220 customer");
    while (line?.pending !== true) await turn();
    answer(atrn());
    assert.match(await client.rest(), /^554 5\.5\.1 Nothing may follow ATRN/);
    assert.equal(turned, 0);
    await server.close(0);
  });

  it("closes also if that comes in another record of TLS, and the hook answers at once", async () => {
    let turned = 0;
    const { cert, key } = ca.issue({ names: ["localhost"] });
    await using talk = await start(() => async () => void turned++, { certificates: { cert, key } });
    const { client } = talk;
    await client.ask("EHLO customer");
    await client.starttls({ ca: ca.cert, servername: "localhost" });
    for (const line of ["EHLO customer", login]) await client.ask(line);
    client.socket.setNoDelay();
    client.write("ATRN\r\n");
    client.write("220 customer.y.test ready\r\n");
    assert.match(await client.rest(), /^554 5\.5\.1 Nothing may follow ATRN/);
    assert.equal(turned, 0);
  });

  it("answers with the refusal of the hook, and 451 if it gives neither", async () => {
    const answers: unknown[] = [
      { code: 453, lines: "You have no mail" },
      { code: 450, lines: "Not your domain" },
      { code: 250, lines: "OK" },
      undefined,
    ];
    await using talk = await start((() => answers.shift()) as never);
    await talk.client.ask("EHLO customer");
    await talk.client.ask(login);
    assert.match(await talk.client.ask("ATRN y.test"), /^453 4\.0\.0 You have no mail$/);
    assert.match(await talk.client.ask("ATRN y.test"), /^450 4\.0\.0/);
    assert.match(await talk.client.ask("ATRN y.test"), /^451 4\.3\.0/);
    assert.match(await talk.client.ask("ATRN y.test"), /^451 4\.3\.0/);
    assert.match(await talk.client.ask("MAIL FROM:<>"), /^250/);
    assert.match(await talk.client.ask("ATRN y.test"), /^503/);
    assert.equal(talk.errors.filter((error) => error === "atrn").length, 2);
  });

  it("closes the connection and reports it if the function fails", async () => {
    await using talk = await start(() => async () => {
      throw new TypeError("no queue");
    });
    await talk.client.ask("EHLO customer");
    await talk.client.ask(login);
    assert.equal(await talk.client.ask("ATRN"), reversed);
    assert.equal(await talk.client.rest(), "");
    assert.match(String(talk.errors[1]), /no queue/);
  });
});
