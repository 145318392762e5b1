import assert from "node:assert/strict";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { TestServer } from "envoi/testing";

/** Says it all at once and returns all that is answered. */
function say(server: TestServer, ...lines: string[]): Promise<string> {
  const socket = connect(server.port, server.host);
  socket.end([...lines, "QUIT", ""].join("\r\n"));
  return text(socket);
}

const mail = ["EHLO client.test", "MAIL FROM:<a@x.test>", "RCPT TO:<b@y.test>", "DATA"];

describe("TestServer", () => {
  it("catches a message octet by octet, with all there is to know of it", async () => {
    await using server = await TestServer.start();
    await say(server, ...mail, "Subject: Gruß", "", "..dot", "end", ".");
    const message = await server.waitForMessage({ to: "b@y.test" });
    assert.equal(message.raw.toString(), "Subject: Gruß\r\n\r\n.dot\r\nend\r\n");
    assert.equal(message.parsed.subject, "Gruß");
    assert.equal(String(message.envelope.from), "a@x.test");
    assert.deepEqual(message.to, ["b@y.test"]);
    assert.deepEqual(message.session.hello, { verb: "EHLO", name: "client.test" });
    assert.equal(message.session.remoteAddress, "127.0.0.1");
    assert.equal(server.messages.length, 1);
  });

  it("returns a message once, and tells on timeout what did arrive", async () => {
    await using server = await TestServer.start();
    await say(server, ...mail, "Subject: one", "", ".");
    await server.waitForMessage();
    await assert.rejects(server.waitForMessage({}, { timeout: 1 }), {
      kind: "timeout",
      message: /1 arrived:\n {2}<a@x\.test> to <b@y\.test>: "one" \(16 octets\), returned before/,
    });
  });
});
