import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { SmtpServer, type SmtpServerOptions } from "envoi/server";
import { Client } from "./client.js";

const folder = mkdtempSync(join(tmpdir(), "envoi-"));
after(() => rmSync(folder, { recursive: true }));

describe("SmtpServer: a Unix socket", { skip: process.platform === "win32" }, () => {
  it("works beside ports, and speaks LMTP with lmtp", async () => {
    const path = join(folder, "lmtp");
    const received: string[] = [];
    const server = await SmtpServer.listen({
      listeners: [{ path, lmtp: true }, { port: 0 }],
      hostname: "mx.y.test",
      domains: ["y.test"],
      async data({ session, content }) {
        const { remoteAddress, remotePort, localAddress, localPort, peer, via } = session;
        received.push([remoteAddress, remotePort, localAddress, localPort].join());
        assert.deepEqual([via, peer], ["direct", { address: "", port: 0 }]);
        for await (const piece of content) received.push(String(piece));
      },
    });
    assert.deepEqual(server.listeners[0], { address: "", port: 0, path });
    assert.equal(server.listeners[1]?.path, undefined);
    await using client = await Client.connect(path);
    assert.match(await client.reply(), /^220 mx\.y\.test LMTP /);
    await client.ask("LHLO client.test");
    client.say("MAIL FROM:<>", "RCPT TO:<a@y.test>", "RCPT TO:<b@y.test>", "DATA", "x", ".");
    const codes = (await client.replies(6)).map((reply) => reply.slice(0, 9));
    assert.deepEqual(codes.slice(4), ["250 2.6.0", "250 2.6.0"]);
    assert.equal(received[0], `,0,${path},0`);
    assert.match(received[1] ?? "", /^Received: from client\.test\r\n\tby mx\.y\.test with LMTP id /);
    client.end();
    await server.close();
    assert.equal(existsSync(path), false);
  });

  it("does not count its clients as if they had one address", async () => {
    const path = join(folder, "many");
    await using server = await SmtpServer.listen({ path, maxConnectionsPerAddress: 1 });
    assert.equal(server.port, 0);
    await using first = await Client.connect(path);
    await using second = await Client.connect(path);
    for (const client of [first, second]) assert.match(await client.reply(), /^220 /);
  });

  it("is replaced if no server listens on it; nothing else is", async () => {
    const path = join(folder, "left-over");
    const script = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
    spawnSync(process.execPath, ["-e", script]);
    assert.equal(existsSync(path), true);
    await using server = await SmtpServer.listen({ path });
    await using client = await Client.connect(path);
    assert.match(await client.reply(), /^220 /);
    const refuses = (options: SmtpServerOptions, message: RegExp) =>
      assert.rejects(SmtpServer.listen(options), { kind: "connection", message });
    await refuses({ path }, /something is there already/);
    const file = join(folder, "file");
    writeFileSync(file, "x");
    await refuses({ path: file }, /something is there already/);
    await refuses({ path: join(folder, "no", "such") }, /cannot listen on .*no\/such: /);
    assert.equal(existsSync(file), true);
    assert.equal(server.listeners.length, 1);
  });
});
