import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Peer, ScriptedServer } from "../net/scripted-server.js";
import { type Otherwise, serve } from "../transport/smtp/serve.js";

const program = fileURLToPath(new URL("./frozen.js", import.meta.url));

/** Longer than any limit of the program. */
const FREEZE = 2500;

/** Stops the process, has the server answer, and lets the process go on when all its limits have passed. */
async function freeze(child: ChildProcess | undefined, answer: () => void): Promise<void> {
  // By then it waits for the answer, and not for its own last write to return.
  await pause(100);
  child?.kill("SIGSTOP");
  answer();
  await pause(FREEZE);
  child?.kill("SIGCONT");
}

/** The output of a process that was stopped at the point that the server chooses. */
async function frozen(
  way: string,
  otherwise: (peer: Peer, child: () => ChildProcess | undefined) => Otherwise,
): Promise<string> {
  let child: ChildProcess | undefined;
  await using server = await ScriptedServer.start((peer) =>
    serve(
      peer,
      otherwise(peer, () => child),
    ),
  );
  const started = spawn(process.execPath, [program, way, String(server.port)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  child = started;
  return (await text(started.stdout)).trim();
}

describe("a process that was frozen beyond its limits", { skip: process.platform === "win32" }, () => {
  it("reports a mail as accepted if its final reply is in the socket", async () => {
    const told = await frozen("reply", (peer, child) => ({
      ".": () => freeze(child(), () => peer.say("250 queued as 1")),
    }));
    assert.equal(told, "accepted: 250 queued as 1");
  });

  it("reports a mail as accepted even if the deadline of the send has passed", async () => {
    const told = await frozen("deadline", (peer, child) => ({
      ".": () => freeze(child(), () => peer.say("250 queued as 2")),
    }));
    assert.equal(told, "accepted: 250 queued as 2");
  });

  it("reads a greeting that has arrived, and sends", async () => {
    const told = await frozen("connect", (peer, child) => ({
      greeting: () => freeze(child(), () => peer.say("220 here")),
    }));
    assert.equal(told, "accepted: 250 2.0.0 queued");
  });

  it("reads the replies to an envelope that have arrived, and sends", async () => {
    const told = await frozen("reply", (peer, child) => ({
      MAIL: () => freeze(child(), () => peer.say("250 ok")),
    }));
    assert.equal(told, "accepted: 250 2.0.0 queued");
  });

  it("reports a refusal that has arrived", async () => {
    const told = await frozen("reply", (peer, child) => ({
      ".": () => freeze(child(), () => peer.say("550 5.7.1 spam")),
    }));
    assert.equal(told, "refused: the server refused the mail: 550 5.7.1 spam");
  });

  it("reports a mail without a final reply as unknown", async () => {
    const told = await frozen("reply", (_, child) => ({ ".": () => freeze(child(), () => {}) }));
    assert.match(told, /^unknown: no answer within 2000 ms/);
  });
});
