import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type MessageFields, SendError, type SendReport, Tls } from "envoi";
import { type CapturedMessage, type Fault, TestServer } from "envoi/testing";
import { quickClock } from "../quick-clock.js";
import { mails, seed } from "../soak.js";
import { turnedBy } from "../transport/smtp/turned.js";

/**
 * Mails over eight connections into a server that misbehaves by a seeded script. In the end every mail that was
 * reported as accepted has been stored exactly once, every one not sent or refused never, every unknown one at most
 * once.
 */
describe("the ledger of sent and stored mail", () => {
  for (const pipelining of ["off", "auto", "window"] as const) {
    test(`agrees with pipelining ${pipelining}`, async () => {
      await using server = await TestServer.start({ keep: { messages: BATCH * 4, connections: 10 } });
      for (const fault of script(seed)) server.fail(fault);
      const ledger = new Ledger();
      await using transport = turnedBy(quickClock(SPEED), "127.0.0.1")
        .port(server.port)
        .tls(Tls.None)
        .pipelining(pipelining)
        .timeout(200 * SPEED)
        .pool({ maxSize: 8 })
        .build();
      const count = Math.ceil(mails / 3);
      for (let begun = 0; begun < count; begun += BATCH) {
        for await (const { tag, report, error } of transport.sendAll(
          batch(begun, Math.min(BATCH, count - begun)),
        ))
          ledger.told(tag, report ?? reportOf(error));
        for (const message of server.messages) ledger.stored(message);
        ledger.agree();
      }
      const told = ledger.outcomes;
      console.log(`pipelining ${pipelining}, seed ${seed}: ${count} mails, ${JSON.stringify(told)}`);
      for (const outcome of ["accepted", "refused", "unknown"]) assert.ok((told[outcome] ?? 0) > 0, outcome);
    });
  }
});

/** After so many mails the two sides are compared, and what agrees is forgotten. */
const BATCH = 1000;
/** How many times faster than the machine's clock, so that stalls take little time. */
const SPEED = 1000;

/** What servers and networks do, each rarely, most of it without a word. */
function script(seed: number): Fault[] {
  const faults: (Fault & { readonly chance: number })[] = [
    { at: "connect", chance: 0.02, drop: "before" },
    { at: "greeting", chance: 0.02, reply: "421 4.3.2 busy" },
    { at: "ehlo", chance: 0.02, drop: "within" },
    { at: "ehlo", chance: 0.1, conceal: ["PIPELINING"] },
    { at: "ehlo", chance: 0.1, conceal: ["CHUNKING"] },
    { at: "mail", chance: 0.01, reply: "451 4.2.0 later" },
    { at: "mail", chance: 0.01, reply: "550 5.7.0 never" },
    { at: "mail", chance: 0.002, reply: "421 4.3.2 closing" },
    { at: "mail", chance: 0.002, reply: "421 4.3.2 closing", stays: true },
    { at: "mail", chance: 0.001, reply: "521 5.3.2 no mail here" },
    { at: "mail", chance: 0.002, reply: "503 5.5.1 out of step" },
    { at: "mail", chance: 0.3, when: { after: 20, per: "connection" }, reply: "421 4.7.0 enough" },
    { at: "mail", chance: 0.002, drop: "before" },
    { at: "mail", chance: 0.001, stall: true },
    { at: "mail", chance: 0.001, raw: "25\r\n" },
    { at: "rcpt", chance: 0.02, reply: "450 4.2.1 later" },
    { at: "rcpt", chance: 0.02, reply: "550 5.1.1 nobody" },
    { at: "rcpt", chance: 0.002, reply: "421 4.3.2 closing" },
    { at: "rcpt", chance: 0.005, reply: "421 4.3.0 not you", stays: true },
    { at: "rcpt", chance: 0.002, reply: "521 5.7.1 not you" },
    { at: "rcpt", chance: 0.002, reply: "521 5.7.1 not you", stays: true },
    { at: "rcpt", chance: 0.002, drop: "within", by: "rst" },
    { at: "rcpt", chance: 0.001, raw: "250 ok\r\n250 ok\r\n" },
    { at: "data", chance: 0.005, reply: "451 4.2.0 later" },
    { at: "data", chance: 0.002, reply: "421 4.3.2 closing" },
    { at: "data", chance: 0.002, reply: "421 4.3.2 closing", stays: true },
    { at: "data", chance: 0.002, drop: "before" },
    { at: "data", chance: 0.001, stall: true },
    { at: "bdat", chance: 0.005, reply: "451 4.2.0 later" },
    { at: "bdat", chance: 0.002, reply: "421 4.3.2 closing" },
    { at: "bdat", chance: 0.002, drop: "before", by: "rst" },
    { at: "content", octet: 100, chance: 0.003, drop: "before", by: "rst" },
    { at: "content", octet: 50, chance: 0.001, stall: true },
    { at: "final", chance: 0.01, reply: "451 4.3.0 later" },
    { at: "final", chance: 0.01, reply: "554 5.6.0 never" },
    { at: "final", chance: 0.002, reply: "421 4.3.2 closing" },
    { at: "final", chance: 0.01, raw: "250 2.6.0 OK\r\n421 4.7.0 enough\r\n", drop: "after" },
    { at: "final", chance: 0.005, drop: "before" },
    { at: "final", chance: 0.003, drop: "before", by: "rst" },
    { at: "final", chance: 0.003, drop: "within" },
    { at: "final", chance: 0.003, drop: "after" },
    { at: "final", chance: 0.001, stall: true },
    { at: "final", chance: 0.001, raw: "2xx what\r\n" },
    { at: "rset", chance: 0.005, drop: "before" },
    { at: "rset", chance: 0.005, reply: "500 5.5.1 what" },
    { at: "quit", chance: 0.2, drop: "before" },
  ];
  return faults.map(({ chance, when, ...fault }, index) => {
    return { ...fault, when: { ...when, chance, seed: seed + index } };
  });
}

function* batch(first: number, count: number): Generator<{ message: MessageFields; tag: number }> {
  for (let tag = first; tag < first + count; tag++) {
    const to = Array.from({ length: (tag % 4) + 1 }, (_, i) => `r${i}@example.net`);
    const text = `mail ${tag}\n`.repeat(tag % 50);
    yield { tag, message: { from: "a@example.org", to, subject: String(tag), text } };
  }
}

function reportOf(error: unknown): SendReport {
  assert.ok(error instanceof SendError, String(error));
  return error.report;
}

/** What the client was told, and what the server has. */
class Ledger {
  readonly #told = new Map<string, string>();
  readonly #stored = new Map<string, number>();
  readonly #seen = new WeakSet<CapturedMessage>();
  readonly outcomes: Record<string, number> = {};

  told(mail: number, { recipients }: SendReport): void {
    for (const { recipient, outcome } of recipients) {
      const key = `${mail} ${recipient}`;
      assert.ok(!this.#told.has(key), `${key} was told of twice`);
      this.#told.set(key, outcome);
      this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
    }
  }

  /** Counts a message that it has not seen before. */
  stored(message: CapturedMessage): void {
    if (this.#seen.has(message)) return;
    this.#seen.add(message);
    for (const recipient of message.to) {
      const key = `${message.parsed.subject} ${recipient}`;
      this.#stored.set(key, (this.#stored.get(key) ?? 0) + 1);
    }
  }

  /** Compares, and forgets what was accepted and is there: anything else might still come to be stored. */
  agree(): void {
    for (const [key, outcome] of this.#told) {
      const stored = this.#stored.get(key) ?? 0;
      const right =
        outcome === "accepted" ? stored === 1 : outcome === "unknown" ? stored <= 1 : stored === 0;
      assert.ok(right, `${key} was told to be ${outcome}, and stored ${stored} times`);
      if (outcome !== "accepted") continue;
      this.#told.delete(key);
      this.#stored.delete(key);
    }
    for (const key of this.#stored.keys())
      assert.ok(this.#told.has(key), `${key} was stored twice, or never told of`);
  }
}
