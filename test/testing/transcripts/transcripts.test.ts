import assert from "node:assert/strict";
import { test } from "node:test";
import type { Session } from "envoi/server";
import { Transcripts } from "#src/testing/transcripts/transcripts.js";

/** Connects, sends lines and perhaps leaves. */
function connection(transcripts: Transcripts, id: string, lines: number, leaves = true): void {
  const transcript = transcripts.begin({ id } as Session);
  for (let line = 0; line < lines; line++) transcript.received("NOOP");
  if (leaves) transcript.ended();
}

const ids = (transcripts: Transcripts) => transcripts.all.map(({ session }) => session.id);

test("forgets the oldest closed connections if there are too many", () => {
  const transcripts = new Transcripts({ connections: 2 });
  connection(transcripts, "open", 1, false);
  for (let count = 0; count < 50; count++) connection(transcripts, String(count), 1);
  assert.ok(transcripts.all.length <= 7);
  assert.deepEqual([ids(transcripts)[0], ids(transcripts).at(-1)], ["open", "49"]);
});

test("forgets the oldest closed connections if they have many lines together", () => {
  const transcripts = new Transcripts();
  connection(transcripts, "open", 100, false);
  for (let count = 0; count < 100; count++) connection(transcripts, String(count), 15_000);
  const lines = transcripts.all.reduce((sum, each) => sum + each.lines.length, 0);
  assert.ok(lines < 150_000, String(lines));
  assert.deepEqual([ids(transcripts)[0], ids(transcripts).at(-1)], ["open", "99"]);
  transcripts.clear();
  assert.deepEqual(ids(transcripts), ["open"]);
  connection(transcripts, "after", 10);
  assert.deepEqual(ids(transcripts), ["open", "after"]);
});
