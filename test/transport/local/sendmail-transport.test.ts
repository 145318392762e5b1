import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type SendError, SendmailTransport } from "envoi";
import { exitCodes } from "#src/transport/local/sendmail-exit.js";

const mail = { from: "a@example.org", to: "b@example.net", subject: "Hi", text: "Hello" };

describe("SendmailTransport", () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "envoi-"));
  });
  after(() => rm(directory, { recursive: true }));

  /** A transport to a shell script. */
  async function script(name: string, body: string): Promise<SendmailTransport> {
    const command = join(directory, name);
    await writeFile(command, `#!/bin/sh\n${body}\n`);
    await chmod(command, 0o755);
    return new SendmailTransport({ command });
  }

  const failed = (promise: Promise<unknown>): Promise<SendError> =>
    promise.then(
      () => assert.fail("it was sent"),
      (error: SendError) => error,
    );

  test("names every recipient after --, so that none is read as an option", async () => {
    const out = join(directory, "args");
    const transport = await script("args", `printf '%s\\n' "$@" > ${out}; cat > /dev/null`);
    await transport.send(mail, { envelope: { from: null, to: ["-oQ/tmp@x.co", "-X/etc/x@y.co"] } });
    const args = (await readFile(out, "utf8")).trimEnd().split("\n");
    assert.deepEqual(args, ["-i", "-f", "<>", "--", "-oQ/tmp@x.co", "-X/etc/x@y.co"]);
  });

  test("ends lines in LF, wherever the bytes are split", async () => {
    const out = join(directory, "body");
    const transport = await script("body", `cat > ${out}`);
    const octets = Buffer.from("Subject: x\r\n\r\n.\r\na\r\n");
    const source = async function* () {
      for (const octet of octets) yield Buffer.of(octet);
    };
    await transport.sendRaw({ from: "a@example.org", to: ["b@example.net"] }, source);
    assert.equal(await readFile(out, "latin1"), "Subject: x\n\n.\na\n");
  });

  for (const [code, { kind, transient }] of Object.entries(exitCodes)) {
    test(`explains exit code ${code}`, async () => {
      const transport = await script(`exit${code}`, `cat > /dev/null; echo "because" >&2; exit ${code}`);
      const error = await failed(transport.send(mail));
      assert.deepEqual([error.kind, error.transient, error.permanent], [kind, transient, !transient]);
      assert.equal(error.delivery, kind === "configuration" ? "not-sent" : "refused");
      assert.match(error.message, /ended with \d+ \(EX_[A-Z]+: .*\): because$/);
    });
  }

  test("reports why a program ended without reading the mail", async () => {
    const transport = await script("early", "exit 75");
    const text = "x".repeat(70).concat("\r\n").repeat(50_000);
    const error = await failed(transport.send({ ...mail, text }));
    assert.deepEqual([error.kind, error.transient], ["rejected", true]);
  });

  test("reports a mail as unknown if its program was killed", async () => {
    const error = await failed((await script("killed", "cat > /dev/null; kill -9 $$")).send(mail));
    assert.deepEqual([error.kind, error.delivery], ["rejected", "unknown"]);
  });

  test("reports a missing program", async () => {
    const error = await failed(new SendmailTransport({ command: "no-such-sendmail" }).send(mail));
    assert.deepEqual([error.kind, error.delivery, error.permanent], ["configuration", "not-sent", true]);
    assert.match(error.message, /there is no program no-such-sendmail/);
  });

  test("does not wait for a hanging program after the send is aborted", async () => {
    const transport = await script("hangs", "sleep 600");
    const controller = new AbortController();
    const sent = failed(transport.send(mail, { signal: controller.signal }));
    controller.abort();
    assert.equal((await sent).kind, "aborted");
    await transport.close();
  });

  test("refuses wrong options", () => {
    assert.throws(() => new SendmailTransport({ command: "" }), { kind: "configuration" });
    assert.throws(() => new SendmailTransport({ comand: "x" } as object), { kind: "configuration" });
    assert.throws(() => new SendmailTransport({ arguments: [1] as never }), { kind: "configuration" });
    assert.throws(() => new SendmailTransport({ deadline: 0 }), { kind: "configuration" });
  });
});
