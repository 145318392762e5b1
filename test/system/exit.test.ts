import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { TestServer } from "envoi/testing";
import { ScriptedServer } from "../net/scripted-server.js";
import { serve } from "../transport/smtp/serve.js";

const program = fileURLToPath(new URL("./forgetful.js", import.meta.url));

/** Runs a program that sends in this way to this port, until it ends. */
async function run(way: string, port: number): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, ["--unhandled-rejections=strict", program, way, String(port)], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 10_000,
  });
  const exit = new Promise<number | null>((resolve) => {
    child.on("exit", (code) => resolve(code));
  });
  const [code, out, err] = await Promise.all([exit, text(child.stdout), text(child.stderr)]);
  return { code, out, err };
}

describe("a process that forgets close()", () => {
  for (const [way, messages] of [
    ["sends", 1],
    ["sends many", 20],
    ["ignores", 1],
    ["sends a run", 20],
    ["keeps to a rate", 3],
  ] as const) {
    it(`ends when it ${way}`, async () => {
      await using server = await TestServer.start({ keepAlive: true });
      const { code, err } = await run(way, server.port);
      assert.deepEqual({ code, err }, { code: 0, err: "" });
      assert.equal(server.messages.length, messages);
    });
  }

  it("ends when the server refuses, and when nothing listens", async () => {
    await using server = await TestServer.start({ recipient: () => ({ code: 550, lines: "no" }) });
    assert.deepEqual(await run("fails", server.port).then(({ code, err }) => [code, err]), [0, "rejected\n"]);
    await using free = await ScriptedServer.start(() => {});
    const { port } = free;
    await free[Symbol.asyncDispose]();
    const { code, err } = await run("fails", port);
    assert.deepEqual([code, err], [0, "connection\n"]);
  });

  it("ends by itself though the server is silent on the connections that it does not take", async () => {
    let open = 0;
    await using server = await ScriptedServer.start(async (peer) => {
      // The first is taken; nothing is heard on the others.
      if (++open === 1) await serve(peer);
      else await peer.closed();
    });
    const { code, err } = await run("sends many", server.port);
    assert.deepEqual({ code, err }, { code: 0, err: "" });
    assert.ok(server.peers.length > 1);
  });

  it("ends only after a send that waits for a key has failed by its deadline", async () => {
    await using server = await TestServer.start({ keepAlive: true });
    const { code, err } = await run("waits", server.port);
    assert.deepEqual([code, err], [0, "timeout\n"]);
  });

  it("ends when a send that the server never answers is aborted", async () => {
    await using server = await ScriptedServer.start(() => {});
    const { code, out, err } = await run("aborts", server.port);
    assert.deepEqual([code, err], [0, "aborted\n"]);
    assert.deepEqual(JSON.parse(out), { left: [] });
  });
});

describe("a process that closes", () => {
  it("leaves no socket and no timer", async () => {
    await using server = await TestServer.start();
    const { code, out, err } = await run("closes", server.port);
    assert.deepEqual([code, err], [0, ""]);
    assert.deepEqual(JSON.parse(out), { left: [] });
  });
});
