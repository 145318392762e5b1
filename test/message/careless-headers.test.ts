import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DkimSigner, Message, type MessageFields } from "envoi";
import { ed25519 } from "../signing/keys.js";
import { TestServer } from "../transport/smtp/test-server.js";

const mail = { from: "a@x.test", to: "b@y.test", bcc: "c@y.test", text: "hello" };

describe("A Bcc that is kept", () => {
  it("is in the written copy, and is sent over no transport", async () => {
    await using server = await TestServer.start();
    const message = Message.create({
      ...mail,
      keepBcc: true,
      resent: { from: "a@x.test", to: "d@y.test", bcc: "e@y.test" },
    });
    for (const written of [message.formatted(), await message.bytes()])
      assert.match(written.toString(), /^Resent-Bcc: e@y\.test\r\n[\s\S]*^Bcc: c@y\.test\r\n/m);
    await server.transport().send(message);
    const [sent] = server.messages;
    assert.deepEqual(sent?.to, ["d@y.test", "e@y.test"]);
    assert.doesNotMatch(sent?.raw.toString() ?? "", /Bcc/);
  });

  it("is not signed if it is not sent", async () => {
    await using server = await TestServer.start();
    const signer = DkimSigner.create({ domain: "x.test", selector: "s", key: ed25519 });
    await server.transport().send(Message.create({ ...mail, keepBcc: true, sign: signer }));
    const raw = server.messages[0]?.raw.toString() ?? "";
    assert.match(raw, /DKIM-Signature/);
    assert.doesNotMatch(raw, /^Bcc/m);
    assert.doesNotMatch(raw, /h=[^;]*bcc/i);
  });
});

describe("Fields set with header()", () => {
  const https = "<https://x.test/leave?a=1>";
  const one = "List-Unsubscribe=One-Click";

  it("may promise one click if there is an https URL for it", () => {
    const headers = { "List-Unsubscribe-Post": one, "List-Unsubscribe": `<mailto:l@x.test>, ${https}` };
    assert.match(
      String(Message.create({ ...mail, headers }).formatted()),
      /^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m,
    );
  });

  const wrong: readonly (readonly [headers: unknown, message: RegExp])[] = [
    [{ "List-Unsubscribe-Post": one }, /^List-Unsubscribe-Post: expected List-Unsubscribe/],
    [
      { "List-Unsubscribe-Post": one, "List-Unsubscribe": "<mailto:l@x.test>" },
      /^List-Unsubscribe-Post: expected List-Unsubscribe/,
    ],
    [{ "List-Unsubscribe-Post": "yes", "List-Unsubscribe": https }, /expected List-Unsubscribe=One-Click/],
    [{ "Delivered-To": "b@y.test" }, /^Delivered-To: cannot be written manually/],
    [{ "Apparently-To": "b@y.test" }, /^Apparently-To: cannot be written manually/],
    [{ "TLS-Required": "Yes" }, /^TLS-Required: expected No, got/],
    [{ "TLS-Required": ["No", "No"] }, /^TLS-Required: is set already/],
    [["a"], /^headers: expected an object/],
    [[], /^headers: expected an object/],
  ];
  for (const [headers, message] of wrong) {
    it(`are refused: ${JSON.stringify(headers)}`, () => {
      const fields = { ...mail, headers: headers as MessageFields["headers"] };
      assert.throws(() => Message.create(fields), { kind: "message", message });
    });
  }

  it("may say that TLS is not required", () => {
    const message = Message.create({ ...mail, headers: { "TLS-Required": "No" } });
    assert.match(String(message.formatted()), /^TLS-Required: No\r$/m);
  });
});
