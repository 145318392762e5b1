import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Envelope } from "envoi";
import type { Dialogue } from "#src/protocol/dialogue.js";
import type { ChainEnd } from "#src/protocol/dialogues/mail-chain.js";
import type { ChainedMail } from "#src/protocol/dialogues/mail-in-flight.js";
import { Window } from "#src/protocol/dialogues/window.js";
import { WindowedChain } from "#src/protocol/dialogues/windowed-chain.js";
import { Failure } from "#src/protocol/failure.js";
import type { Phase } from "#src/protocol/phase.js";
import { brokenAtEachStep, converse, replyOf } from "./transcript.js";

interface Given {
  readonly content?: string | readonly Buffer[];
  readonly recipients?: number;
  readonly partial?: boolean;
  readonly used?: boolean;
}

/** Mails to `1@y.test`, `2@y.test` ..., and what became of each, as it was told. */
function windowOf(count: number, { most = 16, open = 1, of = () => ({}) }: Manner = {}) {
  const told: string[] = [];
  const failures: (Failure | undefined)[] = [];
  const mails = Array.from({ length: count }, (_, i): ChainedMail => {
    const name = String(i + 1);
    const { content = "x\r\n", recipients = 1, partial, used }: Given = of(i + 1);
    const to = Array.from({ length: recipients }, (_, k) => `${name}${k === 0 ? "" : `-${k}`}@y.test`);
    return {
      envelope: Envelope.of("a@x.test", to),
      parameters: {},
      content,
      partial,
      used,
      settle: ({ recipients, failure }) => {
        told.push(`${name} ${recipients.map(({ outcome }) => outcome)}`);
        failures[i] = failure;
      },
    };
  });
  const window = new Window(() => most, replyOf("250 reset\r\n"));
  for (let size = 1; size < open; size *= 2) for (let i = 0; i < size; i++) window.passed();
  const [first, ...waiting] = mails;
  const chain = new WindowedChain(() => waiting.shift(), window);
  const handOver = (stale = false) => chain.handOver(first as ChainedMail, { stale, unclean: false });
  return { chain, window, mails, waiting, told, failures, handOver };
}

interface Manner {
  readonly most?: number;
  /** The size of the window at the beginning. */
  readonly open?: number;
  readonly of?: (n: number) => Given;
}

const said = (n: number) =>
  `C: RSET\nC: MAIL FROM:<a@x.test>\nC: RCPT TO:<${n}@y.test>\nC: BDAT 3 LAST\nC: x\n`;
const accepted = "S: 250 reset\nS: 250 ok\nS: 250 ok\nS: 250 queued\n";
const refused = "S: 250 reset\nS: 250 ok\nS: 550 no\nS: 503 no recipients\n";
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const allSaid = (from: number, to: number) => range(from, to).map(said).join("");
const all = (outcome: string, from: number, to: number) => range(from, to).map((n) => `${n} ${outcome}`);
const calledOff = (phase: Phase) => new Failure({ kind: "aborted", phase, message: "called off" });
const good: ChainEnd = { reusable: true, unclean: false, chainingRefused: false };

describe("a window of mails", () => {
  it("says one, and twice as many whenever as many as it held were answered without a refusal", () => {
    const { handOver, told, window } = windowOf(7);
    const end = converse(
      handOver(),
      said(1) + accepted + allSaid(2, 3) + accepted + said(4) + accepted + allSaid(5, 7) + accepted.repeat(4),
    );
    assert.deepEqual(told, all("accepted", 1, 7));
    assert.deepEqual(end, good);
    assert.equal(window.size, 8);
  });

  it("is never larger than it may be", () => {
    const { handOver, window } = windowOf(40, { most: 5 });
    let most = 0;
    let waiting = 0;
    const dialogue = handOver();
    let step = dialogue.next();
    while (step.done !== true) {
      if ("write" in step.value) waiting += String(step.value.write).split("BDAT").length - 1;
      most = Math.max(most, waiting);
      const phase = "read" in step.value ? step.value.read : undefined;
      if (phase === "final") waiting--;
      step = dialogue.next(phase && replyOf("250 ok\r\n"));
    }
    assert.equal(most, 5);
    assert.equal(window.size, 5);
  });

  it("falls to one on any refusal, and says nothing more until all is answered", () => {
    const { handOver, told, window } = windowOf(8, { open: 4 });
    const end = converse(
      handOver(),
      allSaid(1, 4) +
        refused +
        accepted.repeat(3) +
        said(5) +
        accepted +
        allSaid(6, 7) +
        accepted +
        said(8) +
        accepted +
        accepted,
    );
    assert.deepEqual(told, ["1 refused", ...all("accepted", 2, 8)]);
    assert.deepEqual(end, good);
    assert.equal(window.size, 4);
  });

  it("falls to one also where one recipient of several, or only the content, is refused", () => {
    const several = windowOf(3, { open: 2, of: () => ({ recipients: 2 }) });
    const saidTo = (n: number) => said(n).replace(/(C: RCPT.*\n)/, `$1C: RCPT TO:<${n}-1@y.test>\n`);
    const ok = accepted.replace("ok\n", "ok\nS: 250 ok\n");
    converse(
      several.handOver(),
      saidTo(1) + saidTo(2) + ok.replace("250 ok\nS: 250 q", "452 full\nS: 250 q") + ok + saidTo(3) + ok,
    );
    assert.deepEqual(several.told, ["1 accepted,refused", "2 accepted,accepted", "3 accepted,accepted"]);
    const content = windowOf(3, { open: 2 });
    converse(
      content.handOver(),
      allSaid(1, 2) + accepted.replace("250 queued", "554 spam") + accepted + said(3) + accepted,
    );
    assert.deepEqual(content.told, ["1 refused", "2 accepted", "3 accepted"]);
  });

  it("begins each transaction with RSET, so that one that the server keeps open is not added to", () => {
    const { handOver } = windowOf(2, { open: 2 });
    const end = converse(handOver(), allSaid(1, 2) + accepted + refused);
    assert.deepEqual(end, { reusable: true, unclean: true, chainingRefused: false });
  });

  it("takes the reply to the content for the verdict", () => {
    const { handOver, told } = windowOf(1, { of: () => ({ recipients: 3 }) });
    converse(
      handOver(),
      `C: RSET\nC: MAIL FROM:<a@x.test>\nC: RCPT TO:<1@y.test>\nC: RCPT TO:<1-1@y.test>\nC: RCPT TO:<1-2@y.test>
       C: BDAT 3 LAST\nC: x\nS: 250 ok\nS: 250 ok\nS: 550 no\nS: 250 ok\nS: 451 later\nS: 250 queued`,
    );
    assert.deepEqual(told, ["1 refused,accepted,refused"]);
  });

  it("leaves a server that accepts content after it has refused the sender, or every recipient", () => {
    for (const envelope of ["S: 550 no\nS: 503 no\n", "S: 250 ok\nS: 550 no\n", "S: 550 no\nS: 250 ok\n"]) {
      const { handOver, told, failures } = windowOf(3, { open: 4 });
      const end = converse(handOver(), `${allSaid(1, 3)}S: 250 reset\n${envelope}S: 250 queued\n`);
      assert.deepEqual(told, all("unknown", 1, 3));
      assert.equal(failures[0]?.kind, "protocol");
      assert.equal(end.reusable, false);
    }
  });

  it("leaves a server that is out of step", () => {
    const { handOver, told, failures } = windowOf(2, { open: 2 });
    const end = converse(handOver(), `${allSaid(1, 2)}S: 250 reset\nS: 250 ok\nS: 250 ok\nS: 354 go\n`);
    assert.deepEqual(told, all("unknown", 1, 2));
    assert.equal(failures[0]?.kind, "protocol");
    assert.equal(end.reusable, false);
  });

  it("leaves a server whose replies are one too many or too few, before they pass for the verdict on another mail", () => {
    for (const [replies, first] of [
      // Twice to RCPT: what is said to the content would be heard as what is said to RSET.
      ["S: 250 reset\nS: 250 ok\nS: 250 ok\nS: 250 ok\nS: 250 queued\n", "unknown"],
      ["S: 250 reset\nS: 250 ok\nS: 250 ok\nS: 250 ok\nS: 554 spam\n", "unknown"],
      ["S: 250 reset\nS: 250 ok\nS: 250 ok\nS: 250 reset\nS: 250 ok\n", "unknown"],
      // RSET that is refused leaves the transaction before as it was.
      [`${accepted}S: 500 what?\n`, "unknown"],
    ] as const) {
      const { handOver, told, failures } = windowOf(4, { open: 4 });
      const end = converse(handOver(), `${allSaid(1, 4)}${replies}`);
      assert.deepEqual(told, [`1 ${first}`, ...all("unknown", 2, 4)], replies);
      assert.equal(failures[1]?.kind, "protocol");
      assert.equal(end.reusable, false);
    }
  });

  it("tells a mail in step once the reply to the next RSET is there, or none is to come", () => {
    const { handOver, told } = windowOf(2, { open: 2 });
    const dialogue = handOver();
    const seen: number[] = [];
    let step = dialogue.next();
    for (const reply of [
      undefined,
      "250 reset",
      "250 ok",
      "250 ok",
      "250 queued",
      "250 reset",
      "250 ok",
      "250 ok",
      "250 queued",
    ]) {
      step = dialogue.next(reply === undefined ? undefined : replyOf(`${reply}\r\n`));
      seen.push(told.length);
    }
    assert.deepEqual(seen, [0, 0, 0, 0, 0, 1, 1, 1, 2]);
    assert.equal(step.done, true);
  });

  it("does not mind a server that says something else to RSET each time", () => {
    const { handOver, told } = windowOf(3, { open: 4 });
    const varied = [1, 2, 3].map((n) => accepted.replace("250 reset", `250 r${n} done`)).join("");
    assert.deepEqual(converse(handOver(), `${allSaid(1, 3)}${varied}`), good);
    assert.deepEqual(told, all("accepted", 1, 3));
  });

  it("ends content that is no line, and takes octets and commands beyond ASCII as they are", () => {
    const contents = ["", "x", [Buffer.from("\u00e4\r"), Buffer.from("\n")], [Buffer.from("\u00e4")]];
    const { handOver } = windowOf(4, { open: 4, of: (n) => ({ content: contents[n - 1] ?? "" }) });
    const dialogue = handOver();
    const step = dialogue.next().value;
    assert.ok("write" in step && Array.isArray(step.write));
    const chunks = step.write.map(String).join("").split("BDAT ").slice(1);
    assert.deepEqual(
      chunks.map((chunk) => chunk.replace(/(RSET|MAIL|RCPT).*\r\n/g, "")),
      ["0 LAST\r\n", "3 LAST\r\nx\r\n", "4 LAST\r\n\u00e4\r\n", "4 LAST\r\n\u00e4\r\n"],
    );
  });
});

describe("what shares a window with no other", () => {
  const large = Buffer.from(`${"y".repeat(98)}\r\n`.repeat(2700));
  const envelope = (n: number) => `C: RSET\nC: MAIL FROM:<a@x.test>\nC: RCPT TO:<${n}@y.test>\n`;

  it("is a mail above 256 kB, and one for all or none: they wait for all before them, and go as lone mails", () => {
    const { handOver, told } = windowOf(4, {
      open: 8,
      of: (n) => (n === 2 ? { content: [large] } : n === 3 ? { partial: false } : {}),
    });
    const lines = large.toString().replaceAll("\r\n", "\n").trimEnd().replaceAll("\n", "\nC: ");
    const end = converse(
      handOver(),
      `${said(1)}${accepted}${envelope(2)}C: DATA\nS: 250 reset\nS: 250 ok\nS: 250 ok\nS: 354 go\nC: ${lines}\nC: .\nS: 250 queued
       ${envelope(3)}S: 250 reset\nS: 250 ok\nS: 250 ok\nC: DATA\nS: 354 go\nC: x\nC: .\nS: 250 queued
       ${said(4)}${accepted}`,
    );
    assert.deepEqual(told, all("accepted", 1, 4));
    assert.deepEqual(end, good);
  });

  it("is more than 256 kB together", () => {
    const { handOver, told } = windowOf(4, {
      open: 8,
      of: () => ({ content: [large.subarray(0, 100_000)] }),
    });
    const dialogue = handOver();
    const flights: number[] = [];
    let step = dialogue.next();
    while (step.done !== true) {
      if ("write" in step.value)
        flights.push((step.value.write as (string | Buffer)[]).map(String).join("").split("BDAT").length - 1);
      step = dialogue.next("read" in step.value ? replyOf("250 ok\r\n") : undefined);
    }
    assert.deepEqual(flights, [2, 1, 1]);
    assert.equal(told.length, 4);
  });

  it("is the first mail on a connection that has been idle: its envelope goes without content", () => {
    const dead = windowOf(2, { open: 8 });
    converse(dead.handOver(true), `${envelope(1)}C: DATA\nX: gone`);
    assert.deepEqual(dead.told, ["1 not-sent"]);
    assert.equal(dead.waiting.length, 1);
    const alive = windowOf(2, { open: 8 });
    converse(
      alive.handOver(true),
      `${envelope(1)}C: DATA\nS: 250 reset\nS: 250 ok\nS: 250 ok\nS: 354 go\nC: x\nC: .\nS: 250 queued\n${said(2)}${accepted}`,
    );
    assert.deepEqual(alive.told, all("accepted", 1, 2));
  });
});

describe("a connection that is lost within a window", () => {
  it("leaves unknown what was said and not answered, and what was answered as it was", () => {
    const { handOver, told } = windowOf(5, { open: 4 });
    const end = converse(handOver(), `${allSaid(1, 4)}${accepted}${said(5)}S: 250 reset\nS: 250 ok\nX: gone`);
    assert.deepEqual(told, ["1 accepted", ...all("unknown", 2, 5)]);
    assert.equal(end.reusable, false);
  });

  it("leaves refused whom a reply has refused, though no reply to the content came", () => {
    const { handOver, told } = windowOf(2, { open: 2 });
    converse(handOver(), `${allSaid(1, 2)}S: 250 reset\nS: 250 ok\nS: 550 no\nX: gone`);
    assert.deepEqual(told, ["1 refused", "2 unknown"]);
  });

  it("leaves not sent what was to be said next, though replies to what was said before are still read", () => {
    const { handOver, told } = windowOf(4, { open: 2 });
    const end = converse(handOver(), `${allSaid(1, 2)}${accepted}X: EPIPE\n${accepted}`);
    assert.deepEqual(told, ["3 not-sent", "1 accepted", "2 accepted"]);
    assert.equal(end.reusable, false);
  });

  it("leaves not sent what lies behind a 421 that was the last word, and refused the content it answers", () => {
    for (const [reply, outcome] of [
      ["S: 421 bye", "not-sent"],
      ["S: 250 reset\nS: 421 bye", "not-sent"],
      ["S: 250 reset\nS: 250 ok\nS: 421 bye", "not-sent"],
      ["S: 250 reset\nS: 250 ok\nS: 521 bye", "refused"],
      ["S: 250 reset\nS: 250 ok\nS: 250 ok\nS: 421 bye", "refused"],
    ] as const) {
      const { handOver, told, failures } = windowOf(5, { open: 4 });
      const end = converse(
        handOver(),
        `${allSaid(1, 4)}${accepted.repeat(1)}${said(5)}${accepted}${reply}\nX: gone`,
      );
      assert.deepEqual(told, ["1 accepted", "2 accepted", `3 ${outcome}`, "4 not-sent", "5 not-sent"], reply);
      assert.equal(failures[4]?.kind, "connection");
      assert.ok(failures[4]?.reply?.code !== undefined && failures[4].reply.code % 100 === 21);
      assert.equal(end.reusable, false);
    }
  });

  it("goes on to read behind a 421, as the server may go on to answer, and says nothing more", () => {
    const { handOver, told, waiting } = windowOf(5, { open: 4 });
    const end = converse(
      handOver(),
      `${allSaid(1, 4)}S: 250 reset\nS: 421 too many errors\nS: 421 too many\nS: 421 too many\n${accepted}${refused}S: 250 reset\nS: 250 ok\nX: gone`,
    );
    assert.deepEqual(told, ["1 not-sent", "2 accepted", "3 refused", "4 unknown"]);
    assert.equal(waiting.length, 1);
    assert.equal(end.reusable, false);
  });

  it("leaves each recipient as the replies have it where a 421 answers one of several", () => {
    const saidTo = said(1).replace(/(C: RCPT.*\n)/, "$1C: RCPT TO:<1-1@y.test>\n");
    for (const [replies, outcome, kind] of [
      ["S: 421 no\nS: 250 ok\nS: 250 queued\n", "not-sent,accepted", "connection"],
      ["S: 250 ok\nS: 421 no\nS: 250 queued\n", "accepted,not-sent", "connection"],
      ["S: 421 no\nS: 503 no\nS: 503 no\n", "not-sent,not-sent", "connection"],
      ["S: 421 no\nS: 421 no\nS: 421 no\n", "not-sent,not-sent", "connection"],
      ["S: 550 no\nS: 421 no\nX: gone", "refused,not-sent", "connection"],
      ["S: 421 no\nX: gone", "not-sent,not-sent", "connection"],
      // It has heard the second, and perhaps the content.
      ["S: 421 no\nS: 250 ok\nX: gone", "not-sent,unknown", "connection"],
      ["S: 250 ok\nS: 250 ok\nS: 421 no\n", "refused,refused", "rejected"],
    ] as const) {
      const { handOver, told, failures, waiting } = windowOf(2, { of: () => ({ recipients: 2 }) });
      const end = converse(handOver(), `${saidTo}S: 250 reset\nS: 250 ok\n${replies}`);
      assert.deepEqual(told, [`1 ${outcome}`], replies);
      assert.equal(failures[0]?.kind, kind, replies);
      assert.equal(waiting.length, 1);
      assert.equal(end.reusable, false);
    }
  });

  it("ends with the mails that are out once a used connection says 503 to MAIL", () => {
    const { handOver, told, failures, waiting } = windowOf(4, { open: 2, of: () => ({ used: true }) });
    const end = converse(
      handOver(),
      `${allSaid(1, 2)}S: 250 reset\nS: 503 no\nS: 503 no\nS: 503 no\n${accepted}`,
    );
    assert.deepEqual(told, ["1 not-sent", "2 accepted"]);
    assert.equal(failures[0]?.kind, "connection");
    assert.equal(waiting.length, 2);
    assert.equal(end.reusable, false);
  });

  it("is left behind a 421 once all is answered", () => {
    const { handOver, told, waiting } = windowOf(3, { open: 2 });
    const end = converse(
      handOver(),
      `${allSaid(1, 2)}${accepted.replace("250 queued", "421 bye")}${accepted}`,
    );
    assert.deepEqual(told, ["1 refused", "2 accepted"]);
    assert.equal(waiting.length, 1);
    assert.equal(end.reusable, false);
  });

  it("tells of each mail once, and the truth, at every step", () => {
    const replies = ["250", "250", "250", "250 queued"];
    const runs: string[][] = [];
    const broken = brokenAtEachStep(() => {
      const { handOver, told } = windowOf(6, { open: 4 });
      runs.push(told);
      return handOver();
    }, Array(6).fill(replies).flat());
    for (const [i, { said, heard }] of broken.entries()) {
      const finals = heard.filter((reply) => String(reply).includes("queued")).length;
      const contents = said.split("\n").filter((line) => line.startsWith("BDAT")).length;
      const outcome = (n: number) => (n <= finals ? "accepted" : n <= contents ? "unknown" : "not-sent");
      const told = runs[i] ?? [];
      assert.equal(new Set(told.map((line) => line[0])).size, told.length);
      for (const line of told)
        assert.equal(line, `${line[0]} ${outcome(Number(line[0]))}`, `${heard.length} heard`);
      assert.ok(told.length >= contents);
    }
    assert.ok(broken.length > 25);
  });
});

describe("calling off a mail of a window", () => {
  /** Plays until as many mails are out as the window holds. */
  function underWay(count: number, open: number) {
    const all = windowOf(count, { open });
    const dialogue = all.handOver();
    dialogue.next();
    return { ...all, dialogue };
  }

  /** A dialogue that stands behind a write. */
  function* rest<T>(dialogue: Dialogue<T>): Dialogue<T> {
    let step = dialogue.next();
    while (step.done !== true) {
      try {
        step = dialogue.next(yield step.value);
      } catch (failure) {
        step = dialogue.throw(failure);
      }
    }
    return step.value;
  }

  it("that is one of 16 in flight leaves it unknown at once, and changes no other outcome", () => {
    for (const called of range(1, 16)) {
      const { chain, mails, told, dialogue } = underWay(16, 16);
      assert.equal(chain.callOff(mails[called - 1] as ChainedMail, calledOff), true);
      assert.deepEqual(told, [`${called} unknown`]);
      const end = converse(rest(dialogue), accepted.repeat(16));
      const others = range(1, 16).filter((n) => n !== called);
      assert.deepEqual(told, [`${called} unknown`, ...others.map((n) => `${n} accepted`)]);
      assert.deepEqual(end, good);
    }
  });

  it("that is the only one in flight cannot be done without cutting the connection", () => {
    const alone = underWay(1, 1);
    assert.equal(alone.chain.callOff(alone.mails[0] as ChainedMail, calledOff), false);
    const both = underWay(2, 2);
    assert.equal(both.chain.callOff(both.mails[0] as ChainedMail, calledOff), true);
    assert.equal(both.chain.callOff(both.mails[1] as ChainedMail, calledOff), false);
  });

  it("that has been taken and not said leaves it not sent", () => {
    const { chain, mails, told, dialogue } = (() => {
      const all = windowOf(3, { open: 4, of: (n) => (n === 2 ? { partial: false } : {}) });
      const dialogue = all.handOver();
      dialogue.next();
      return { ...all, dialogue };
    })();
    assert.equal(chain.callOff(mails[1] as ChainedMail, calledOff), true);
    assert.deepEqual(told, ["2 not-sent"]);
    converse(rest(dialogue), accepted + said(3) + accepted);
    assert.deepEqual(told, ["2 not-sent", "1 accepted", "3 accepted"]);
  });

  it("that the server has already refused leaves it refused", () => {
    const { chain, mails, told, dialogue } = underWay(2, 2);
    dialogue.next();
    for (const reply of ["250 reset", "550 no"]) dialogue.next(replyOf(`${reply}\r\n`));
    assert.equal(chain.callOff(mails[0] as ChainedMail, calledOff), true);
    assert.deepEqual(told, ["1 refused"]);
  });
});
