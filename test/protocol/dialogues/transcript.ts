import assert from "node:assert/strict";
import type { Dialogue, Outgoing, Step } from "#src/protocol/dialogue.js";
import { Failure } from "#src/protocol/failure.js";
import type { Phase } from "#src/protocol/phase.js";
import { type Reply, ReplyReader } from "#src/protocol/reply.js";

/**
 * Plays a dialogue without a socket. Of the transcript's lines `C: ` must be what the dialogue says there and `S: ` is
 * what it hears; `X: ` is the end of the connection, thrown where the dialogue then stands. Everything must be used up.
 */
export function converse<T>(dialogue: Dialogue<T>, transcript: string): T {
  const result = play(dialogue, transcript).next();
  assert.ok(result.done === true, "the dialogue waits for something beside the connection");
  return result.value;
}

/** As `converse`, for a dialogue that has something to derive. */
export async function converseDeriving<T>(dialogue: Dialogue<T>, transcript: string): Promise<T> {
  const playing = play(dialogue, transcript);
  for (;;) {
    const { done, value } = playing.next();
    if (done) return value;
    await value();
  }
}

/** Yields what the dialogue wants derived. */
function* play<T>(dialogue: Dialogue<T>, transcript: string): Generator<() => Promise<void>, T, void> {
  const script = transcript
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  let step = dialogue.next();
  while (step.done !== true) {
    const phase = phaseOf(step.value);
    if (script[0]?.startsWith("X:")) {
      step = dialogue.throw(lost(phase, script.shift()?.slice(3)));
    } else if ("read" in step.value) {
      step = dialogue.next(hear(script, phase));
    } else if ("derive" in step.value) {
      yield step.value.derive;
      step = dialogue.next();
    } else {
      for (const line of linesOf(step.value.write)) assert.equal(`C: ${line}`.trimEnd(), script.shift());
      step = dialogue.next();
    }
  }
  assert.deepEqual(script, [], "the dialogue ended before the transcript");
  return step.value;
}

/** What is left of a dialogue that the connection breaks off at its step `at`, counted from 0. */
export interface Broken<T> {
  readonly value: T;
  /** Where the dialogue stood. */
  readonly phase: Phase;
  /** What had been said by then, and what had been heard. */
  readonly said: string;
  readonly heard: readonly Reply[];
}

/** Plays a dialogue once for each of its steps, and breaks the connection off at that step. */
export function brokenAtEachStep<T>(begin: () => Dialogue<T>, replies: readonly string[]): Broken<T>[] {
  const results: Broken<T>[] = [];
  for (let at = 0; ; at++) {
    const broken = brokenAt(begin(), replies, at);
    if (broken === undefined) return results;
    results.push(broken);
  }
}

function brokenAt<T>(dialogue: Dialogue<T>, replies: readonly string[], at: number): Broken<T> | undefined {
  const left = [...replies];
  const heard: Reply[] = [];
  let said = "";
  let phase: Phase | undefined;
  let step = dialogue.next();
  for (let count = 0; step.done !== true; count++) {
    if (count >= at) {
      phase ??= phaseOf(step.value);
      step = dialogue.throw(lost(phaseOf(step.value)));
    } else if ("read" in step.value) {
      const reply = replyOf(`${left.shift()}\r\n`);
      heard.push(reply);
      step = dialogue.next(reply);
    } else if ("derive" in step.value) {
      assert.fail("the dialogue waits for something beside the connection");
    } else {
      said += linesOf(step.value.write).join("\n");
      said += "\n";
      step = dialogue.next();
    }
  }
  return phase === undefined ? undefined : { value: step.value, phase, said, heard };
}

/** The one reply in a text. */
export function replyOf(text: string): Reply {
  const replies = new ReplyReader().push(Buffer.from(text));
  assert.equal(replies.length, 1);
  return replies[0] as Reply;
}

/** A connection that ended. */
export function lost(phase: Phase, message: string = "the connection was lost"): Failure {
  return new Failure({ kind: "connection", phase, message });
}

function phaseOf(step: Step): Phase {
  return "read" in step ? step.read : step.phase;
}

function hear(script: string[], phase: Phase): Reply {
  let text = "";
  do {
    const line = script.shift();
    assert.match(line ?? "", /^S: /, `the dialogue waits for a reply (${phase})`);
    text += `${line?.slice(3)}\r\n`;
  } while (/^\d{3}-[^\n]*\r\n$/.test(text.split(/(?<=\n)/).at(-1) ?? ""));
  return replyOf(text);
}

function linesOf(outgoing: Outgoing): string[] {
  if (typeof outgoing !== "string" && Symbol.asyncIterator in outgoing) return ["(stream)"];
  const pieces = typeof outgoing === "string" ? [outgoing] : [...outgoing];
  const text = Buffer.concat(pieces.map((piece) => Buffer.from(piece as Buffer))).toString();
  const lines = text.split("\r\n");
  assert.equal(lines.pop(), "", "what is said ends in CRLF");
  return lines;
}
