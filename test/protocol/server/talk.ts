import assert from "node:assert/strict";
import { Reply } from "#src/protocol/reply.js";
import type { ServerEvent } from "#src/protocol/server/event.js";
import { Responder } from "#src/protocol/server/responder.js";
import type { ServerSettings } from "#src/protocol/server/settings.js";
import { type ClientStanding, directStanding } from "#src/protocol/server/standing.js";

export const settings: ServerSettings = {
  hostname: "mx.y.test",
  banner: "",
  maxMessageSize: 1000,
  maxLineLength: 2000,
  maxContentLineLength: 0,
  maxHops: 50,
  maxRecipients: 3,
  maxErrors: 10,
  maxRefusedRecipients: 100,
  maxAuthAttempts: 3,
  lenient: false,
  starttls: true,
  mechanisms: ["PLAIN", "LOGIN", "XOAUTH2"],
  allowPlaintextCredentials: true,
  lmtp: false,
  requireTls: false,
  requireAuth: false,
  etrn: false,
  atrn: false,
  burl: undefined,
  maxCommands: 20_000,
  maxUnknownCommands: 10,
  maxReplyBacklog: 65_536,
  offeredExtensions: {},
  maxTransactions: 0,
  now: () => Date.UTC(2030, 0, 1),
  without: new Set(),
};

/** What came of a conversation. */
export interface Talk {
  /** The codes of the replies in order, each with its enhanced code. */
  readonly replies: readonly string[];
  /** The messages that were accepted: sender, recipients, content. */
  readonly messages: readonly string[];
  readonly end: "open" | "closed" | "starttls";
  readonly attempts: readonly string[];
  /** What the trace was shown. */
  readonly trace: string;
}

/** Says all of it, whole, cut in two at every place, and octet by octet: what comes of it is always the same. */
export function talk(
  wire: string | Buffer,
  changes: Partial<ServerSettings> = {},
  standing?: ClientStanding,
): Talk {
  const octets = Buffer.from(wire);
  const whole = play([octets], changes, standing);
  const step = Math.max(1, Math.floor(octets.length / 400));
  for (let cut = 0; cut <= octets.length; cut += step) {
    const pieces = [octets.subarray(0, cut), octets.subarray(cut)];
    assert.deepEqual(
      play(pieces, changes, standing),
      whole,
      `cut at ${cut} of ${JSON.stringify(octets.toString())}`,
    );
  }
  if (octets.length < 5000) {
    const single = Array.from(octets, (_, index) => octets.subarray(index, index + 1));
    assert.deepEqual(
      play(single, changes, standing),
      whole,
      `octet by octet: ${JSON.stringify(octets.toString())}`,
    );
  }
  return whole;
}

/** The replies to all of it, each on a line, without the greeting and the first EHLO. */
export function replies(
  wire: string | Buffer,
  changes: Partial<ServerSettings> = {},
  standing?: ClientStanding,
): string {
  return talk(Buffer.concat([Buffer.from("EHLO x.test\r\n"), Buffer.from(wire)]), changes, standing)
    .replies.slice(1)
    .join(", ");
}

/**
 * Plays pieces to a server that accepts everything but `refused@`, and knows the user `jo` with the password `secret`.
 */
export function play(
  pieces: readonly Buffer[],
  changes: Partial<ServerSettings> = {},
  standing?: ClientStanding,
): Talk {
  let trace = "";
  const responder = new Responder(
    { ...settings, ...changes },
    {
      received: (line) => {
        trace += `C: ${line}\n`;
      },
      sent: (reply) => {
        trace += reply;
      },
    },
    standing,
  );
  const messages: string[] = [];
  const attempts: string[] = [];
  let output = "";
  let content = "";
  let end: Talk["end"] = "open";
  const act = (event: ServerEvent): void => {
    switch (event.type) {
      case "auth":
        attempts.push(JSON.stringify(event.attempt));
        event.answer(Object.values(event.attempt)[1] === "secret" ? { user: event.attempt.user } : wrong);
        break;
      case "identify":
        attempts.push(event.user);
        event.proceed({
          hash: event.hash,
          salt: nothing,
          iterations: 4096,
          storedKey: nothing,
          serverKey: nothing,
        });
        break;
      case "proof":
        event.answer(wrong);
        break;
      case "authenticated":
        throw new TypeError("nobody can have proved anything");
      case "etrn":
        event.answer(Reply.of(252, undefined, "Pending"));
        break;
      case "atrn":
        event.answer(Reply.of(453, undefined, "No mail"));
        break;
      case "fetch":
        content += event.take(fetched)?.toString("latin1") ?? "";
        event.answer(undefined);
        break;
      case "data":
        content = "";
        break;
      case "content":
        content += event.piece.toString("latin1");
        break;
      case "recipient": {
        const unknown = event.recipient.localPart === "refused";
        event.answer(unknown ? Reply.of(550, "5.1.1", "No such user") : undefined);
        break;
      }
      case "end": {
        const { from, to } = responder.envelope;
        if (event.problem === undefined)
          messages.push(`${from ?? ""} > ${to.map(({ address }) => address).join(" ")}: ${content}`);
        event.answer(event.problem);
        break;
      }
      case "xclient":
        event.answer(
          event.attributes.NAME === "refused.test"
            ? Reply.of(554, "5.7.1", "Go away")
            : { standing: standing ?? directStanding, user: event.attributes.LOGIN ?? undefined },
        );
        break;
      case "pause":
        output += responder.takeReplies();
        break;
      case "abandon":
        content = "";
        break;
      case "starttls":
        end = "starttls";
        break;
      case "close":
        end = "closed";
        break;
      default:
        event.answer(undefined);
    }
  };
  for (const piece of pieces) {
    if (end !== "open") break;
    responder.push(piece);
    for (let event = responder.next(); event !== undefined; event = responder.next()) {
      act(event);
      if (end !== "open") break;
    }
    output += responder.takeReplies();
  }
  output += responder.takeReplies();
  return { replies: codes(output), messages, end, attempts, trace };
}

/** What is at every URL. */
const fetched = Buffer.from("fetched\r\n");

const nothing = Buffer.alloc(32);

const wrong = Reply.of(535, "5.7.8", "Wrong");

/** `250`, `250 2.1.0`: of each reply its last line, without the text. */
function codes(output: string): string[] {
  assert.ok(output === "" || output.endsWith("\r\n"));
  assert.doesNotMatch(output, /[^\r]\n|\r[^\n]|[\0\x7f-\xff]/);
  const lines = output.split("\r\n").filter((line) => /^\d\d\d /.test(line));
  return lines.map((line) => /^(\d\d\d(?: \d\.\d+\.\d+)?)/.exec(line)?.[1] ?? line);
}
