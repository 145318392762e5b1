import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Envelope } from "envoi";
import type { Dialogue } from "#src/protocol/dialogue.js";
import { Chain } from "#src/protocol/dialogues/chain.js";
import type { ChainEnd } from "#src/protocol/dialogues/mail-chain.js";
import type { ChainedMail } from "#src/protocol/dialogues/mail-in-flight.js";
import { Failure } from "#src/protocol/failure.js";
import type { Phase } from "#src/protocol/phase.js";
import type { Reply } from "#src/protocol/reply.js";
import { brokenAtEachStep, converse, replyOf } from "./transcript.js";

/** A dialogue from where it stands: what was to be done next is done first. Each write is shown to `seen`. */
function* rest<T>(dialogue: Dialogue<T>, seen: (write: string) => void = () => {}): Dialogue<T> {
  let step = dialogue.next();
  while (step.done !== true) {
    if ("write" in step.value) {
      const { write } = step.value;
      if (typeof write === "string") seen(write);
      else if (Array.isArray(write)) seen(write.map(String).join(""));
    }
    let reply: Reply | undefined;
    try {
      reply = yield step.value;
    } catch (failure) {
      step = dialogue.throw(failure);
      continue;
    }
    step = dialogue.next(reply);
  }
  return step.value;
}

/** Mails to `1@y.test`, `2@y.test` ..., and what became of each, as it was told. */
function chainOf(count: number, { chaining = true, content = "x\r\n" } = {}) {
  const told: string[] = [];
  const failures: (string | undefined)[] = [];
  const mails = Array.from({ length: count }, (_, i): ChainedMail => {
    const name = String(i + 1);
    return {
      envelope: Envelope.of("a@x.test", [`${name}@y.test`]),
      parameters: {},
      content: [Buffer.from(content)],
      settle: ({ recipients, failure }) => {
        told.push(`${name} ${recipients.map(({ outcome }) => outcome)}`);
        failures.push(failure?.kind);
      },
    };
  });
  const [first, ...waiting] = mails;
  const chain = new Chain(() => waiting.shift(), { pipelining: true, chaining });
  const handOver = (unclean = false) => chain.handOver(first as ChainedMail, { stale: false, unclean });
  return { chain, mails, waiting, told, failures, handOver };
}

const envelope = (n: number) => `C: MAIL FROM:<a@x.test>\nC: RCPT TO:<${n}@y.test>\nC: DATA\n`;
const content = "C: x\nC: .\n";
const accepted = "S: 250 ok\nS: 250 ok\nS: 354 go\n";
const queued = "S: 250 queued\n";

const calledOff = (phase: Phase) => new Failure({ kind: "aborted", phase, message: "called off" });

describe("a chain of mails", () => {
  it("sends the envelope of the next together with the content of the one before", () => {
    const { handOver, told } = chainOf(3);
    const dialogue = handOver();
    const writes: string[] = [];
    const end = converse(
      rest(dialogue, (write) => writes.push(write)),
      envelope(1) +
        accepted +
        [2, 3].map((n) => content + envelope(n) + queued + accepted).join("") +
        content +
        queued,
    );
    assert.equal(writes.length, 4, "one write for each mail, and the first envelope");
    assert.match(writes[1] ?? "", /^x\r\n\.\r\nMAIL FROM:<a@x\.test>\r\nRCPT TO:<2@y\.test>\r\nDATA\r\n$/);
    assert.deepEqual(end, { reusable: true, unclean: false, chainingRefused: false } satisfies ChainEnd);
    assert.deepEqual(told, ["1 accepted", "2 accepted", "3 accepted"]);
  });

  it("does not chain where that is not wanted, nor content that is more than one write", () => {
    const apart = chainOf(2, { chaining: false });
    converse(
      apart.handOver(),
      envelope(1) + accepted + content + queued + envelope(2) + accepted + content + queued,
    );
    const large = chainOf(2, { content: `${"y".repeat(70)}\r\n`.repeat(1000) });
    const lines = `C: ${`${"y".repeat(70)}\n`.repeat(1000).trimEnd().replaceAll("\n", "\nC: ")}`;
    converse(
      large.handOver(),
      envelope(1) +
        accepted +
        lines +
        "\nC: .\n" +
        queued +
        envelope(2) +
        accepted +
        lines +
        "\nC: .\n" +
        queued,
    );
    assert.deepEqual(large.told, ["1 accepted", "2 accepted"]);
  });

  it("goes on with the next where the content of one is refused", () => {
    const { handOver, told } = chainOf(2);
    const end = converse(
      handOver(),
      `${envelope(1)}${accepted}${content}${envelope(2)}S: 554 spam\n${accepted}${content}${queued}`,
    );
    assert.deepEqual(told, ["1 refused", "2 accepted"]);
    assert.deepEqual(end, { reusable: true, unclean: false, chainingRefused: false });
  });

  it("says RSET before the next where an envelope is refused", () => {
    const { handOver, told } = chainOf(2);
    converse(
      handOver(),
      `${envelope(1)}S: 250 ok\nS: 550 no\nS: 503 no recipients\nC: RSET\n${envelope(2)}S: 250 ok\n${accepted}${content}${queued}`,
    );
    assert.deepEqual(told, ["1 refused", "2 accepted"]);
  });

  it("leaves the first unknown and the second not sent where the connection is lost between them", () => {
    const { handOver, told } = chainOf(3);
    const end = converse(handOver(), `${envelope(1)}${accepted}${content}${envelope(2)}X: gone`);
    assert.deepEqual(told, ["1 unknown", "2 not-sent"]);
    assert.equal(end.reusable, false);
  });

  it("counts a mail as not sent whose envelope lay behind a 421", () => {
    const { handOver, told, failures } = chainOf(2);
    const end = converse(handOver(), `${envelope(1)}${accepted}${content}${envelope(2)}S: 421 leaving\n`);
    assert.deepEqual(told, ["1 refused", "2 not-sent"]);
    // The refusal is the first one's; what happened to the second may pass on another connection.
    assert.deepEqual(failures, ["rejected", "connection"]);
    assert.equal(end.reusable, false);
  });

  it("tells of each mail once, and the truth, wherever the connection is lost", () => {
    const replies = ["250", "250", "354", "250 queued 1", "250", "250", "354", "250 queued 2"];
    const runs: string[][] = [];
    const broken = brokenAtEachStep(() => {
      const { handOver, told } = chainOf(2);
      runs.push(told);
      return handOver();
    }, replies);
    for (const [i, { said, heard }] of broken.entries()) {
      const told = runs[i] ?? [];
      const finals = heard.filter((reply) => String(reply).includes("queued")).length;
      const contents = said.split("\n").filter((line) => line === ".").length;
      const expected = [1, 2]
        .map((n) => `${n} ${n <= finals ? "accepted" : n <= contents ? "unknown" : "not-sent"}`)
        .filter((_, n) => n === 0 || said.includes("2@y.test") || told.length === 2);
      assert.deepEqual(told, expected, `lost after ${JSON.stringify(heard.map(String))}`);
    }
    assert.ok(broken.length > 10);
  });

  it("says an envelope again by itself to a server that refuses one behind content, and chains no more", () => {
    const { handOver, told } = chainOf(3);
    const end = converse(
      handOver(),
      envelope(1) +
        accepted +
        content +
        envelope(2) +
        queued +
        "S: 503 not now\nS: 503 not now\nS: 503 not now\n" +
        `C: RSET\n${envelope(2)}S: 250 reset\n${accepted}${content}${queued}` +
        envelope(3) +
        accepted +
        content +
        queued,
    );
    assert.deepEqual(told, ["1 accepted", "2 accepted", "3 accepted"]);
    assert.equal(end.chainingRefused, true);
  });

  it("leaves a mail not sent whose envelope is refused by 503 behind content and by itself, or where the server goes", () => {
    const behindContent = `${envelope(1)}${accepted}${content}${envelope(2)}${queued}`;
    for (const [replies, reusable] of [
      [`${"S: 503 no\n".repeat(3)}C: RSET\n${envelope(2)}S: 250 reset\n${"S: 503 no\n".repeat(3)}`, false],
      ["S: 503 no\nX: gone", false],
      ["S: 503 no\nS: 421 bye\nS: 421 bye\n", false],
    ] as const) {
      const { handOver, told, failures, waiting } = chainOf(3);
      const end = converse(handOver(), behindContent + replies);
      assert.deepEqual(told, ["1 accepted", "2 not-sent"]);
      assert.deepEqual(failures, [undefined, "connection"]);
      assert.equal(end.reusable, reusable);
      assert.equal(waiting.length, 1);
    }
  });

  it("leaves a mail not sent whose MAIL may be said once, if its envelope is refused behind content", () => {
    const { handOver, told, failures, mails } = chainOf(3);
    Object.assign(mails[1] as ChainedMail, { once: true });
    const end = converse(
      handOver(),
      `${envelope(1)}${accepted}${content}${envelope(2)}${queued}${"S: 503 not now\n".repeat(3)}`,
    );
    assert.deepEqual(told, ["1 accepted", "2 not-sent"]);
    assert.deepEqual(failures, [undefined, "connection"]);
    assert.deepEqual(end, { reusable: false, unclean: false, chainingRefused: true });
  });

  it("leaves not sent what lies behind a 421 that came in one packet with a final reply", () => {
    const { handOver, told, failures } = chainOf(3);
    const end = converse(
      handOver(),
      `${envelope(1)}${accepted}${content}${envelope(2)}${queued}S: 421 4.7.0 enough for one connection\nX: gone`,
    );
    assert.deepEqual(told, ["1 accepted", "2 not-sent"]);
    assert.deepEqual(failures, [undefined, "connection"]);
    assert.equal(end.reusable, false);
  });

  it("leaves not sent the mail behind one of whose recipients the server took leave", () => {
    for (const leave of ["421 bye", "521 bye"]) {
      const failed: (Failure | undefined)[] = [];
      const { mails } = chainOf(2);
      const [first, second] = mails.map((mail): ChainedMail => {
        return { ...mail, used: true, settle: ({ failure }) => failed.push(failure) };
      });
      const waiting = [second];
      const chain = new Chain(() => waiting.shift(), { pipelining: true, chaining: true });
      const replies = `${envelope(1)}S: 250 ok\nS: ${leave}\nS: 503 what\n`;
      assert.equal(
        converse(chain.handOver(first as ChainedMail, { stale: false, unclean: false }), replies).reusable,
        false,
      );
      assert.deepEqual(
        failed.map((failure) => [failure?.kind, failure?.phase, failure?.reply?.code]),
        [["connection", "rcpt", Number(leave.slice(0, 3))]],
      );
    }
  });

  it("takes a 503 to the envelope of a mail that was said by itself, on a fresh connection, for a refusal", () => {
    const { handOver, told } = chainOf(1);
    const end = converse(handOver(), `${envelope(1)}S: 503 EHLO first\nS: 503 no\nS: 503 no\n`);
    assert.deepEqual(told, ["1 refused"]);
    assert.equal(end.chainingRefused, false);
  });
});

describe("calling off a mail of a chain", () => {
  /** Plays until the first content and the second envelope are out. */
  function underWay(count = 3) {
    const all = chainOf(count);
    const dialogue = all.handOver();
    let step = dialogue.next();
    while (step.done !== true && !("write" in step.value && step.value.phase === "content")) {
      const phase = "read" in step.value ? step.value.read : undefined;
      step = dialogue.next(phase && (phase === "data" ? replyOf("354 go\r\n") : replyOf("250 ok\r\n")));
    }
    return { ...all, dialogue };
  }

  it("whose content is out leaves it unknown at once, drops its late reply and touches no other", () => {
    const { chain, mails, told, dialogue } = underWay();
    assert.equal(chain.callOff(mails[0] as ChainedMail, calledOff), true);
    assert.deepEqual(told, ["1 unknown"]);
    const end = converse(
      rest(dialogue),
      `${queued}${accepted}${content}${envelope(3)}${queued}${accepted}${content}${queued}`,
    );
    assert.deepEqual(told, ["1 unknown", "2 accepted", "3 accepted"]);
    assert.equal(end.reusable, true);
  });

  it("of which only the envelope is out leaves it not sent, and ends the connection with the one before", () => {
    const { chain, mails, told, dialogue } = underWay();
    assert.equal(chain.callOff(mails[1] as ChainedMail, calledOff), true);
    assert.deepEqual(told, ["2 not-sent"]);
    const end = converse(rest(dialogue), queued);
    assert.deepEqual(told, ["2 not-sent", "1 accepted"]);
    assert.equal(end.reusable, false);
  });

  it("cannot be done without cutting the connection where no other is under way", () => {
    const both = underWay();
    assert.equal(both.chain.callOff(both.mails[0] as ChainedMail, calledOff), true);
    assert.equal(both.chain.callOff(both.mails[1] as ChainedMail, calledOff), false);
    const alone = underWay(1);
    assert.equal(alone.chain.callOff(alone.mails[0] as ChainedMail, calledOff), false);
    assert.deepEqual(alone.told, []);
  });
});
