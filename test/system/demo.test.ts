import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Catcher } from "envoi/catcher";
import { TestServer } from "envoi/testing";

interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the compiled demo in a process of its own. */
function demo(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const main = join(import.meta.dirname, "..", "..", "docs", "demo", "main.js");
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env }, timeout: 60_000 };
    execFile(process.execPath, [main, ...args], options, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });
}

describe("npm run demo", () => {
  it("sends with each mode, shows each refusal, and exits with 0", async () => {
    const { status, stdout, stderr } = await demo();
    assert.equal(stderr, "");
    assert.equal(status, 0, stdout);
    assert.equal(stdout.match(/✓ arrived/g)?.length, 4);
    assert.equal(stdout.match(/✓ refused/g)?.length, 4);
    assert.equal(stdout.match(/TLSv1\.3, TLS_AES_\w+, certificate verified/g)?.length, 3);
    assert.deepEqual(stdout.match(/(?<=round trips +)\d+/g), ["5", "9", "9", "7"]);
    // Every step of the tree of parts.
    for (const type of ["multipart/alternative", "multipart/related", "image/png", "application/pdf"]) {
      assert.match(stdout, new RegExp(`[├└]─ ${type}`));
    }
    // It ends by saying how to look at the receipt, with arguments that work.
    const [, line = ""] =
      /npm run demo -- (.*--port 1025.*)\n[^\n]*http:\/\/localhost:8025\n$/.exec(stdout) ?? [];
    await using catcher = await Catcher.start();
    const shown = await demo(line.replace("1025", String(catcher.server.port)).split(" "));
    assert.equal(shown.status, 0, shown.stdout);
    assert.equal(catcher.server.messages.length, 1);
    // No colours without a terminal.
    assert.ok(!stdout.includes("\x1b"));
  });

  it("sends to the relay that the arguments name, with the password from the environment", async () => {
    await using server = await TestServer.start({ tls: "starttls", users: { till: "a secret" } });
    const { status, stdout } = await demo(
      [
        ...["--host", server.host, "--port", String(server.port), "--tls", "required", "--user", "till"],
        ...["--from", "Café <till@shop.example>", "--to", "Zoë <zoe@x.example>", "--to", "ann@y.example"],
      ],
      { ENVOI_PASSWORD: "a secret", NODE_EXTRA_CA_CERTS: server.env.NODE_EXTRA_CA_CERTS },
    );
    assert.equal(status, 0, stdout);
    const { parsed, to, session } = await server.waitForMessage();
    assert.deepEqual(to, ["zoe@x.example", "ann@y.example"]);
    assert.deepEqual(parsed.from, { name: "Café", address: "till@shop.example" });
    assert.deepEqual(
      parsed.attachments.map(({ filename }) => filename),
      ["logo.png", "receipt-1042.pdf"],
    );
    assert.equal(session.authenticated?.user, "till");
    assert.doesNotMatch(stdout, /a secret/);
  });

  it("exits with 1 and the error if the relay refuses the mail", async () => {
    await using server = await TestServer.start();
    const { status, stdout } = await demo([
      ...["--host", server.host, "--port", String(server.port), "--tls", "required"],
      ...["--from", "a@x.example", "--to", "b@x.example"],
    ]);
    assert.equal(status, 1);
    assert.match(stdout, /SmtpError +the server does not offer STARTTLS/);
    assert.match(stdout, /delivery +not-sent/);
    assert.equal(server.messages.length, 0);
  });

  const complete = ["--host", "localhost", "--from", "a@x.example", "--to", "b@x.example"];
  const wrong: readonly [args: readonly string[], says: RegExp][] = [
    [["--from", "a@x.example", "--to", "b@x.example"], /--host, --from and --to are needed/],
    [[...complete, "--tls", "yes"], /--tls is one of none, opportunistic, required, wrapper, not yes/],
    [[...complete, "--port", "smtp"], /--port is a number from 1 to 65535, not smtp/],
    [[...complete, "--to", "no address"], /address/i],
    [[...complete, "--user", "till"], /ENVOI_PASSWORD/],
    [[...complete, "--frm", "a@x.example"], /Unknown option '--frm'/],
  ];
  for (const [args, says] of wrong) {
    it(`exits with 2 and the usage for ${args.slice(-2).join(" ")}`, async () => {
      const { status, stdout, stderr } = await demo(args);
      assert.equal(status, 2);
      assert.match(stderr.split("\n")[0] ?? "", says);
      assert.match(stderr, /Usage: npm run demo/);
      assert.equal(stdout, "");
    });
  }

  it("prints its usage with --help", async () => {
    const { status, stdout } = await demo(["--help"]);
    assert.equal(status, 0);
    assert.match(stdout, /Usage: npm run demo/);
  });
});
