import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Envelope } from "envoi";
import type { Dialogue } from "#src/protocol/dialogue.js";
import type { TransactionOutcome } from "#src/protocol/dialogues/ledger.js";
import type { MailTransaction } from "#src/protocol/dialogues/mail-transaction.js";
import { type TransactionManner, transaction } from "#src/protocol/dialogues/transaction.js";
import { Failure } from "#src/protocol/failure.js";
import { converse, lost, replyOf } from "./transcript.js";

const together: TransactionManner = { pipelining: true, reset: false };
const stepwise: TransactionManner = { pipelining: false, reset: false };

function mailTo(...names: readonly string[]): MailTransaction {
  const to = names.map((name) => `${name}@y.test`);
  return { envelope: Envelope.of("a@x.test", to), parameters: {}, content: "x\r\n" };
}

const content = "C: x\nC: .\n";

/** What became of each recipient, with the code of the reply that says so. */
function told({ recipients }: TransactionOutcome): string[] {
  return recipients.map(({ outcome, reply }) => [outcome, reply?.code].filter(Boolean).join(" "));
}

/**
 * Plays a dialogue against replies, each in its turn; "X" is the end of the connection. All of them must be used up.
 */
function play<T>(dialogue: Dialogue<T>, replies: readonly string[]): T {
  const left = [...replies];
  let step = dialogue.next();
  while (step.done !== true) {
    if (!("read" in step.value)) step = dialogue.next();
    else if (left[0] === "X") step = dialogue.throw(lost(step.value.read));
    else step = dialogue.next(replyOf(`${left.shift()}\r\n`));
  }
  assert.deepEqual(
    left.filter((reply) => reply !== "X"),
    [],
  );
  return step.value;
}

interface Row {
  readonly what: string;
  /** How many recipients the mail has; 1. */
  readonly to?: number;
  /** To MAIL, to each RCPT, to DATA, to the content. */
  readonly replies: readonly string[];
  readonly told: readonly string[];
  /** Kind, phase and code of the failure, and what it says of another attempt. */
  readonly failure: string | undefined;
  /** The same where one command is said at a time, if it is less. */
  readonly stepwise?: readonly string[];
  readonly used?: boolean;
}

const rows: readonly Row[] = [
  {
    what: "goes on to 354: the content goes to those accepted",
    to: 2,
    replies: ["250 ok", "421 no", "250 ok", "354 go", "250 queued"],
    told: ["not-sent 421", "accepted 250"],
    failure: "connection rcpt 421 transient",
  },
  {
    what: "goes on to 354 after the last recipient",
    to: 2,
    replies: ["250 ok", "250 ok", "421 no", "354 go", "250 queued"],
    told: ["accepted 250", "not-sent 421"],
    failure: "connection rcpt 421 transient",
  },
  {
    what: "goes on to 354, and refuses the content",
    to: 2,
    replies: ["250 ok", "421 no", "250 ok", "354 go", "554 spam"],
    told: ["not-sent 421", "refused 554"],
    failure: "connection rcpt 421 transient",
  },
  {
    what: "goes on to 354, and is gone before it answers the content",
    to: 2,
    replies: ["250 ok", "421 no", "250 ok", "354 go", "X"],
    told: ["not-sent 421", "unknown"],
    failure: "connection final  transient",
  },
  {
    what: "closes behind a 421 to RCPT",
    to: 2,
    replies: ["250 ok", "421 no", "X"],
    told: ["not-sent 421", "not-sent"],
    failure: "connection rcpt 421 transient",
  },
  {
    what: "closes behind a 421 to RCPT that came after a refusal",
    to: 2,
    replies: ["250 ok", "550 who", "421 no", "X"],
    told: ["refused 550", "not-sent 421"],
    failure: "connection rcpt 421 transient",
  },
  {
    what: "says 421 to every RCPT",
    to: 2,
    replies: ["250 ok", "421 no", "421 no", "503 what"],
    stepwise: ["250 ok", "421 no", "421 no"],
    told: ["not-sent 421", "not-sent 421"],
    failure: "connection rcpt 421 transient",
  },
  {
    what: "says 421 to RCPT, and 503 to whatever follows",
    to: 2,
    replies: ["250 ok", "421 no", "503 what", "503 what"],
    stepwise: ["250 ok", "421 no", "503 what"],
    told: ["not-sent 421", "not-sent"],
    failure: "connection rcpt 421 transient",
  },
  {
    what: "says 421 to RCPT, and a refusal to the next",
    to: 3,
    replies: ["250 ok", "421 no", "550 who", "450 later", "503 what"],
    stepwise: ["250 ok", "421 no", "550 who", "450 later"],
    told: ["not-sent 421", "refused 550", "refused 450"],
    failure: "connection rcpt 421 transient",
  },
  ...["503 what", "554 no valid recipients", "421 bye"].map((data) => ({
    what: `says 421 to RCPT, takes the next, and ${data} to DATA`,
    to: 2,
    replies: ["250 ok", "421 no", "250 ok", data],
    told: ["not-sent 421", "not-sent"],
    failure: "connection rcpt 421 transient",
  })),
  {
    what: "says 421 to RCPT, takes the next, and 451 to DATA",
    to: 2,
    replies: ["250 ok", "421 no", "250 ok", "451 later"],
    told: ["not-sent 421", "refused 451"],
    failure: "connection rcpt 421 transient",
  },
  {
    what: "says 421 to MAIL, and 503 to the rest",
    to: 2,
    replies: ["421 no", "503 what", "503 what", "503 what"],
    stepwise: ["421 no"],
    told: ["not-sent 421", "not-sent 421"],
    failure: "connection mail 421 transient",
  },
  {
    what: "says 421 to MAIL, and what nobody can make sense of behind it",
    replies: ["421 no", "354 what"],
    stepwise: ["421 no"],
    told: ["not-sent 421"],
    failure: "connection mail 421 transient",
  },
  {
    what: "says 521 to MAIL",
    replies: ["521 no mail here", "521 no", "521 no"],
    stepwise: ["521 no mail here"],
    told: ["not-sent 521"],
    failure: "connection mail 521 permanent",
  },
  {
    what: "says 421 to DATA",
    to: 3,
    replies: ["250 ok", "250 ok", "550 who", "250 ok", "421 no"],
    told: ["not-sent 421", "refused 550", "not-sent 421"],
    failure: "connection data 421 transient",
  },
  {
    what: "says 521 to DATA",
    replies: ["250 ok", "250 ok", "521 no"],
    told: ["not-sent 521"],
    failure: "connection data 521 permanent",
  },
  {
    what: "says 521 to RCPT on a fresh connection: it refuses the recipient",
    to: 2,
    replies: ["250 ok", "521 not you", "250 ok", "354 go", "250 queued"],
    told: ["refused 521", "accepted 250"],
    failure: "rejected rcpt 521 permanent",
  },
  {
    what: "says 521 to RCPT on a fresh connection, and closes: the others may go again",
    to: 2,
    replies: ["250 ok", "521 not you", "X"],
    told: ["refused 521", "not-sent"],
    failure: "connection rcpt 521 transient",
  },
  {
    what: "says 521 to RCPT on a fresh connection, and 503 to whatever follows",
    to: 2,
    replies: ["250 ok", "521 not you", "503 what", "503 what"],
    stepwise: ["250 ok", "521 not you", "503 what"],
    told: ["refused 521", "not-sent"],
    failure: "connection rcpt 521 transient",
  },
  {
    what: "says 521 to RCPT on a used connection",
    replies: ["250 ok", "521 bye", "X"],
    stepwise: ["250 ok", "521 bye"],
    told: ["not-sent 521"],
    failure: "connection rcpt 521 permanent",
    used: true,
  },
  {
    what: "says 503 to MAIL on a used connection",
    replies: ["503 nested MAIL", "503 what", "503 what"],
    stepwise: ["503 nested MAIL"],
    told: ["not-sent 503"],
    failure: "connection mail 503 transient",
    used: true,
  },
  {
    what: "says 503 to MAIL on a fresh connection: it refuses the mail",
    replies: ["503 log in first", "503 what", "503 what"],
    stepwise: ["503 log in first"],
    told: ["refused 503"],
    failure: "rejected mail 503 permanent",
  },
  {
    what: "says 451 to MAIL, and closes: a refusal it stays",
    replies: ["451 later", "X"],
    stepwise: ["451 later"],
    told: ["refused 451"],
    failure: "rejected mail 451 transient",
  },
  {
    what: "says 450 to RCPT, and closes: a refusal it stays",
    replies: ["250 ok", "450 later", "X"],
    stepwise: ["250 ok", "450 later"],
    told: ["refused 450"],
    failure: "rejected rcpt 450 transient",
  },
  {
    what: "says 421 to the content: it refuses the mail",
    to: 2,
    replies: ["250 ok", "250 ok", "250 ok", "354 go", "421 no"],
    told: ["refused 421", "refused 421"],
    failure: "rejected final 421 transient",
  },
];

describe("a server that takes leave before the content", () => {
  for (const { what, to = 1, replies, told: expected, failure, used = false, ...row } of rows) {
    it(what, () => {
      const mail = { ...mailTo(..."bcdef".slice(0, to)), used };
      for (const [how, manner, given] of [
        ["together", together, replies],
        ["stepwise", stepwise, row.stepwise ?? replies],
      ] as const) {
        const outcome = play(transaction(mail, manner), given);
        assert.deepEqual([how, ...told(outcome)], [how, ...expected]);
        assert.equal(shown(outcome.failure), failure, how);
        if (used || given.some((reply) => /^[45]21/.test(reply))) assert.equal(outcome.reusable, false, how);
      }
    });
  }

  it("in place of more of the content leaves the mail not sent, and one that refuses it refused", () => {
    for (const [reply, expected, failure] of [
      ["421 4.4.2 too slow", "not-sent 421", "connection content 421 transient"],
      ["521 enough", "not-sent 521", "connection content 521 permanent"],
      ["552 too large", "refused 552", "too-large final 552 permanent"],
    ] as const) {
      const stream = (async function* () {})();
      const dialogue = transaction({ ...mailTo("b"), content: stream }, together);
      dialogue.next();
      for (const text of ["", "250 ok", "250 ok", "354 go"])
        dialogue.next(text === "" ? undefined : replyOf(`${text}\r\n`));
      dialogue.throw(lost("content"));
      const step = dialogue.next(replyOf(`${reply}\r\n`));
      assert.ok(step.done);
      assert.deepEqual(told(step.value), [expected]);
      assert.equal(shown(step.value.failure), failure);
    }
  });

  it("is given no chunks: no 354 shows that it goes on", () => {
    const chunked = { parameters: { BODY: "BINARYMIME" } } as const;
    const outcome = converse(
      transaction({ ...mailTo("b", "c"), ...chunked }, together),
      `C: MAIL FROM:<a@x.test> BODY=BINARYMIME\nC: RCPT TO:<b@y.test>\nC: RCPT TO:<c@y.test>
       S: 250 ok\nS: 421 no\nS: 250 ok`,
    );
    assert.deepEqual(told(outcome), ["not-sent 421", "not-sent"]);
    assert.equal(shown(outcome.failure), "connection rcpt 421 transient");
  });

  it("leaves a mail for all or none not sent to everybody", () => {
    const outcome = converse(
      transaction({ ...mailTo("b", "c"), partial: false }, together),
      "C: MAIL FROM:<a@x.test>\nC: RCPT TO:<b@y.test>\nC: RCPT TO:<c@y.test>\nS: 250 ok\nS: 250 ok\nS: 421 no",
    );
    assert.deepEqual(told(outcome), ["not-sent", "not-sent 421"]);
    assert.equal(shown(outcome.failure), "connection rcpt 421 transient");
  });

  it("does not hide that the caller has called the mail off, or that its content cannot be read", () => {
    for (const kind of ["aborted", "closed", "content"] as const) {
      const dialogue = transaction(mailTo("b"), together);
      dialogue.next();
      dialogue.next();
      dialogue.next(replyOf("421 no\r\n"));
      const step = dialogue.throw(new Failure({ kind, phase: "rcpt", message: "called off" }));
      assert.ok(step.done);
      assert.deepEqual(told(step.value), ["not-sent 421"]);
      assert.equal(step.value.failure?.kind, kind);
    }
  });

  it("in LMTP too: each recipient that was accepted has its reply, and the others may go again", () => {
    const outcome = converse(
      transaction(mailTo("b", "c", "d"), { ...together, dialect: "lmtp" }),
      `C: MAIL FROM:<a@x.test>\nC: RCPT TO:<b@y.test>\nC: RCPT TO:<c@y.test>\nC: RCPT TO:<d@y.test>\nC: DATA
       S: 250 ok\nS: 250 ok\nS: 421 no\nS: 250 ok\nS: 354 go
       ${content}S: 250 one\nS: 452 full`,
    );
    assert.deepEqual(told(outcome), ["accepted 250", "not-sent 421", "refused 452"]);
    assert.equal(shown(outcome.failure), "connection rcpt 421 transient");
    assert.equal(outcome.reusable, false);
  });

  it("with a further mail behind the content in sight is not given its envelope", () => {
    let asked = 0;
    const follow = () => {
      asked++;
      return "";
    };
    converse(
      transaction(mailTo("b", "c"), { ...together, follow }),
      `C: MAIL FROM:<a@x.test>\nC: RCPT TO:<b@y.test>\nC: RCPT TO:<c@y.test>\nC: DATA
       S: 250 ok\nS: 421 no\nS: 250 ok\nS: 354 go\n${content}S: 250 queued`,
    );
    assert.equal(asked, 0);
  });
});

function shown(failure: Failure | undefined): string | undefined {
  if (failure === undefined) return undefined;
  const { kind, phase, reply, transient, permanent } = failure;
  return `${kind} ${phase} ${reply?.code ?? ""} ${transient ? "transient" : permanent ? "permanent" : "unsure"}`;
}
