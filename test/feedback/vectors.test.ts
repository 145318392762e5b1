import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readFeedback } from "envoi/feedback";

const folder = new URL("../../../test/vectors/feedback/sisimai/", import.meta.url);
type Expected = {
  type: string;
  messageId: string | null;
  recipients: [string, string | null, string | null][];
};
const expected: Record<string, Expected> = JSON.parse(readFileSync(new URL("expected.json", folder), "utf8"));

async function found(raw: Uint8Array): Promise<Expected> {
  const { type, messageId, recipients } = await readFeedback(raw);
  return {
    type,
    messageId: messageId ?? null,
    recipients: recipients.map(({ address, action, status }) => [address, action ?? null, status ?? null]),
  };
}

test("reads what the servers of this world return", async () => {
  for (const [name, wanted] of Object.entries(expected))
    assert.deepEqual(await found(readFileSync(new URL(name, folder))), wanted, name);
});

test("reads the same whatever the line ends are", async () => {
  for (const [name, wanted] of Object.entries(expected)) {
    const lines = readFileSync(new URL(name, folder)).toString("latin1").replaceAll("\r\n", "\n");
    for (const end of ["\r\n", "\r"])
      assert.deepEqual(await found(Buffer.from(lines.replaceAll("\n", end), "latin1")), wanted, name);
  }
});

test("tells no status that is not in the mail", async () => {
  for (const name of Object.keys(expected)) {
    const raw = readFileSync(new URL(name, folder));
    for (const { status, code } of (await readFeedback(raw)).recipients) {
      if (status !== undefined) assert.ok(raw.includes(status), `${name}: ${status}`);
      if (code !== undefined) assert.ok(raw.includes(String(code)), `${name}: ${code}`);
    }
  }
});

test("survives mails that are cut anywhere", async () => {
  for (const name of Object.keys(expected).slice(0, 20)) {
    const raw = readFileSync(new URL(name, folder));
    for (let end = 0; end < raw.length; end += 97) await readFeedback(raw.subarray(0, end));
  }
});
