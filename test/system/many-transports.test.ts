import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { TestServer } from "envoi/testing";

const program = fileURLToPath(new URL("./many-transports.js", import.meta.url));

it("a thousand transports hold no socket and no timer before use and after their idle timeout", async () => {
  await using server = await TestServer.start();
  const { stdout } = await promisify(execFile)(process.execPath, [program, String(server.port)], {
    timeout: 20_000,
  });
  assert.deepEqual(JSON.parse(stdout), { built: [], used: ["TCPWRAP", "Timeout"], idle: 0 });
  assert.equal(server.messages.length, 40);
});
