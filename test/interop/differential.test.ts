import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Certificates, makeCertificates } from "./certificates.ts";
import { INBOX_DOMAIN } from "./configuration.ts";
import { type Difference, firstDifference } from "./differential/compare.ts";
import type { Dialogue } from "./differential/dialogue.ts";
import { dialogues } from "./differential/dialogues.ts";
import { eximMain, postfixMain } from "./differential/oracles.ts";
import { Ours } from "./differential/ours.ts";
import { type Answers, play } from "./differential/play.ts";
import { contentReasons, type Reason, reasons } from "./differential/reasons.ts";
import { Exim } from "./exim.ts";
import { Postfix } from "./postfix.ts";

/** How many dialogues go on at a time. */
const AT_A_TIME = 32;

const all = [...dialogues()];

describe(`the same ${all.length} dialogues with SmtpServer, Postfix and Exim`, () => {
  const answers = {
    ours: [] as (readonly Answers[])[],
    Postfix: [] as (readonly Answers[])[],
    Exim: [] as (readonly Answers[])[],
  };
  let ours: Ours;
  let postfix: Postfix;
  let exim: Exim;

  before(async () => {
    const certificates = await makeCertificates();
    const mechanisms = ["PLAIN", "LOGIN", "CRAM-MD5"];
    [ours, postfix, exim] = await Promise.all([
      Ours.start(certificates),
      Postfix.start({ certificates, mechanisms, main: postfixMain }),
      Exim.start({ certificates, main: eximMain }),
    ]);
    await Promise.all([
      playAll(ours.ports, certificates, answers.ours),
      playAll(postfix.ports, certificates, answers.Postfix),
      playAll(exim.ports, certificates, answers.Exim),
    ]);
  });

  after(async () => {
    await Promise.all([ours, postfix, exim].map((server) => server?.[Symbol.asyncDispose]()));
  });

  it("are some hundreds, each with a different name", () => {
    assert.ok(all.length >= 300);
    assert.equal(new Set(all.map(({ name }) => name)).size, all.length);
  });

  const used = new Set<Reason>();
  for (const oracle of ["Postfix", "Exim"] as const) {
    it(`get replies of the same class from envoi as from ${oracle}, or a reason is listed`, () => {
      const unexplained: Difference[] = [];
      for (const [index, dialogue] of all.entries()) {
        const difference = firstDifference(
          oracle,
          dialogue,
          answers.ours[index] ?? [],
          answers[oracle][index] ?? [],
        );
        if (difference === undefined) continue;
        const explained = reasons.filter((reason) => explains(reason, difference));
        for (const reason of explained) used.add(reason);
        if (explained.length === 0) unexplained.push(difference);
      }
      assert.deepEqual(unexplained, []);
    });
  }

  for (const oracle of ["Postfix", "Exim"] as const) {
    it(`store the same mail in envoi as in ${oracle}, byte for byte, if the replies agree`, async () => {
      const agreed = all.flatMap((dialogue, index) => {
        const pair = [answers.ours[index] ?? [], answers[oracle][index] ?? []] as const;
        if (firstDifference(oracle, dialogue, ...pair) !== undefined) return [];
        const to = recipientOf(index);
        return [{ dialogue: dialogue.name, to, contents: contentsOf(ours.received.get(to) ?? []) }];
      });
      const { inbox } = oracle === "Postfix" ? postfix : exim;
      const delivered = await inbox.all((mails) => {
        const counts = new Map<string, number>();
        for (const { to } of mails) counts.set(to, (counts.get(to) ?? 0) + 1);
        return agreed.find(({ to, contents }) => contents.length > (counts.get(to) ?? 0))?.dialogue;
      });
      const unexplained = agreed.flatMap(({ dialogue, to, contents }) => {
        const theirs = contentsOf(delivered.filter((mail) => mail.to === to).map(({ message }) => message));
        const difference = { oracle, dialogue, said: "", ours: contents.join("|"), theirs: theirs.join("|") };
        if (difference.ours === difference.theirs) return [];
        const explained = contentReasons.filter((reason) => explains(reason, difference));
        for (const reason of explained) used.add(reason);
        return explained.length === 0 ? [JSON.stringify(difference)] : [];
      });
      assert.deepEqual(unexplained, []);
      const compared = agreed.filter(({ contents }) => contents.length > 0).length;
      assert.ok(compared > 50, `only ${compared} left any`);
    });
  }

  it("need each listed reason", () => {
    assert.deepEqual(
      [...reasons, ...contentReasons].filter((reason) => !used.has(reason)).map(({ reason }) => reason),
      [],
    );
  });
});

/** As the dialogues name it. */
const recipientOf = (index: number): string => `d${index}@${INBOX_DOMAIN}`;

/** Octets as text, in an order that does not depend on who came first. */
const contentsOf = (messages: readonly Buffer[]): readonly string[] =>
  messages.map((message) => message.toString("latin1")).sort();

function explains({ oracle, dialogue, said, ours, theirs }: Reason, difference: Difference): boolean {
  return (
    (oracle ?? difference.oracle) === difference.oracle &&
    (dialogue?.test(difference.dialogue) ?? true) &&
    (said?.test(difference.said) ?? true) &&
    ours.test(difference.ours) &&
    theirs.test(difference.theirs)
  );
}

async function playAll(
  ports: Readonly<Record<Dialogue["service"], number>>,
  { ca }: Certificates,
  answers: (readonly Answers[])[],
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < all.length) {
      const index = next++;
      const dialogue = all[index] as Dialogue;
      answers[index] = await play(dialogue, index, ports[dialogue.service], ca);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
}
