import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AuthThrottle } from "#src/server/hooks/auth-throttle.js";
import { RunningServer } from "#src/server/running-server.js";
import { HandClock } from "../../net/hand-clock.js";
import { Client } from "../client.js";

const free = 10;

/** Uses up what costs nothing. */
function worn(throttle: AuthThrottle, address: string): AuthThrottle {
  for (let failure = 0; failure < free; failure++) assert.equal(throttle.failed(address, ""), 0);
  return throttle;
}

describe("Failed attempts to authenticate", () => {
  it("are answered the later the more there have been from an address", () => {
    const throttle = worn(new AuthThrottle(250, new HandClock()), "192.0.2.1");
    const waits = Array.from({ length: 7 }, () => throttle.failed("192.0.2.1", ""));
    assert.deepEqual(waits, [250, 500, 1000, 2000, 4000, 8000, 8000]);
    assert.equal(throttle.failed("192.0.2.2", ""), 0);
  });

  it("are forgotten after ten minutes without another", () => {
    const clock = new HandClock();
    const throttle = worn(new AuthThrottle(10_000, clock), "a");
    assert.equal(throttle.failed("a", ""), 10_000);
    clock.turn(599_999);
    assert.equal(throttle.failed("a", ""), 10_000);
    clock.turn(600_000);
    worn(throttle, "a");
  });

  it("take bounded memory: those of ten thousand addresses are remembered", () => {
    const throttle = worn(new AuthThrottle(1, new HandClock()), "first");
    for (let index = 0; index < 9998; index++) throttle.failed(String(index), "");
    assert.equal(throttle.failed("first", ""), 1);
    for (let index = 0; index < 10_000; index++) throttle.failed(String(index), "");
    worn(throttle, "first");
  });

  it("are not counted on Unix sockets, nor if the delay is 0", () => {
    assert.equal(worn(new AuthThrottle(0, new HandClock()), "a").failed("a", ""), 0);
    assert.equal(worn(new AuthThrottle(9, new HandClock()), "").failed("", ""), 0);
  });

  it("count by networks of 64 bits for IPv6", () => {
    const throttle = new AuthThrottle(250, new HandClock());
    for (let host = 0; host < free; host++)
      assert.equal(throttle.failed(`2001:db8:1:2::${host.toString(16)}`, ""), 0);
    assert.equal(throttle.failed("2001:db8:1:2:ffff::1", ""), 250);
    assert.equal(throttle.failed("2001:db8:1:3::1", ""), 0);
  });

  it("count by user too, whatever address they come from and however the name is written", () => {
    const throttle = new AuthThrottle(250, new HandClock());
    const names = ["jo", "Jo", "JO", "\uff4a\uff4f"];
    for (let failure = 0; failure < free; failure++)
      assert.equal(throttle.failed(`192.0.2.${failure}`, names[failure % 4] ?? ""), 0);
    assert.equal(throttle.failed("198.51.100.1", "jo"), 250);
    assert.equal(throttle.failed("", "jo"), 500);
    assert.equal(throttle.failed("198.51.100.1", "flo"), 0);
  });

  it("of thousands of users forget those of ten addresses last", () => {
    const throttle = worn(new AuthThrottle(1, new HandClock()), "a");
    for (let index = 0; index < 20_000; index++) throttle.failed("", `user ${index}`);
    assert.equal(throttle.failed("a", ""), 1);
  });

  it("never hold up or refuse a password that is right, and a problem of the hook does not count", async () => {
    const clock = new HandClock();
    const unsure = new Set(["flo"]);
    const server = await RunningServer.start(
      {
        auth({ user, password }) {
          if (unsure.has(user)) return { code: 454, enhancedCode: "4.7.0", lines: "Try again later" };
          return password === "secret" ? { user } : undefined;
        },
        allowPlaintextCredentials: true,
        maxAuthAttempts: 100,
      },
      { clock },
    );
    const login = (user: string, password: string) =>
      `AUTH PLAIN ${Buffer.from(`\0${user}\0${password}`).toString("base64")}`;
    await using guesser = await Client.connect(server.port);
    await guesser.reply();
    await guesser.ask("EHLO x");
    for (let failure = 0; failure < 2 * free; failure++)
      assert.match(await guesser.ask(login("flo", "?")), /^454/);
    for (let failure = 0; failure < free; failure++)
      assert.match(await guesser.ask(login("jo", "?")), /^535/);
    const slowed = guesser.ask(login("jo", "?"));
    await clock.armed(250);
    await using owner = await Client.connect(server.port);
    await owner.reply();
    await owner.ask("EHLO x");
    assert.match(await owner.ask(login("jo", "secret")), /^235/);
    clock.turn(250);
    assert.match(await slowed, /^535/);
    await server.close(0);
  });

  it("hold up the reply, on every connection from there", async () => {
    const clock = new HandClock();
    const server = await RunningServer.start(
      { auth: () => undefined, allowPlaintextCredentials: true, maxAuthAttempts: 12, authFailureDelay: 400 },
      { clock },
    );
    const login = `AUTH PLAIN ${Buffer.from("\0jo\0wrong").toString("base64")}`;
    const meet = async (): Promise<Client> => {
      const client = await Client.connect(server.port);
      await client.reply();
      await client.ask("EHLO x");
      return client;
    };
    await using first = await meet();
    for (let failure = 0; failure < free; failure++) assert.match(await first.ask(login), /^535 5\.7\.8 /);
    for (const wait of [400, 800]) {
      await using client = await meet();
      let answered = false;
      const reply = client.ask(login).then((text) => {
        answered = true;
        return text;
      });
      await clock.armed(wait);
      clock.turn(wait - 1);
      assert.equal(await first.ask("NOOP"), "250 2.0.0 OK");
      assert.equal(answered, false);
      clock.turn(1);
      assert.match(await reply, /^535 5\.7\.8 /);
    }
    await server.close(0);
  });
});
