import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { SmtpTransport } from "envoi";
import { mail } from "./serve.js";
import { TestServer } from "./test-server.js";

/** Other systems have but one address of loopback, and no /proc. */
const skip = process.platform !== "linux";

describe("the local address", { skip }, () => {
  it("is the source of the connection", async () => {
    await using server = await TestServer.start();
    await using transport = server.builder().localAddress("127.0.0.9").build();
    await transport.send(mail);
    assert.equal(server.messages[0]?.session.remoteAddress, "127.0.0.9");
  });

  it("fails with the reason if it is not an address of this machine", async () => {
    await using server = await TestServer.start();
    await using transport = server.builder().localAddress("192.0.2.77").build();
    await assert.rejects(transport.send(mail), {
      kind: "connection",
      phase: "connect",
      message: /the local address does not belong to this machine/,
    });
  });

  it("must be of the family of the host", async () => {
    await using server = await TestServer.start();
    await using transport = server.builder().localAddress("::1").build();
    await assert.rejects(transport.send(mail), {
      message: /has no IPv6 address, and the local address is one/,
    });
  });

  it("must be an IP address", () => {
    for (const wrong of ["localhost", "[::1]", "eth0", "", 5]) {
      assert.throws(() => SmtpTransport.relay("relay.test").localAddress(wrong as string), {
        kind: "configuration",
        message: /localAddress: expected an IP address/,
      });
    }
  });
});

describe("a pooled connection", { skip }, () => {
  it("is kept alive by TCP", async () => {
    await using server = await TestServer.start();
    await using transport = server.builder().build();
    await transport.send(mail);
    const port = server.transcripts[0]?.session.remotePort;
    assert.ok(port !== undefined);
    const [local, remote] = [port, server.port].map(
      (number) => `:${number.toString(16).toUpperCase().padStart(4, "0")}`,
    ) as [string, string];
    // proc(5): the timer that runs; 1 is retransmission, which goes before the others; 2 is keep-alive.
    let timer: string | undefined = "01";
    while (timer === "01") {
      const sockets = (await readFile("/proc/net/tcp", "latin1"))
        .split("\n")
        .map((line) => line.trim().split(/\s+/));
      // A port that is used anew may have been left by another connection, which waits for its last packets.
      const ours = sockets.find(([, from, to]) => from?.endsWith(local) && to?.endsWith(remote));
      timer = ours?.[5]?.slice(0, 2);
    }
    assert.equal(timer, "02");
  });
});
