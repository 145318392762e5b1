import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Credentials, SmtpTransport, Tls, TlsParameters } from "envoi";
import { run as runHere } from "../run.ts";

const command = fileURLToPath(new URL("../../../src/cli/index.js", import.meta.url));
const anyPort = ["--smtp", "127.0.0.1:0", "--http", "127.0.0.1:0"];

type Environment = Readonly<Record<string, string>>;

function run(t: TestContext, args: readonly string[], environment: Environment = {}): ChildProcess {
  const child = spawn(process.execPath, [command, "catch", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...environment },
  });
  t.after(() => child.kill("SIGKILL"));
  return child;
}

/** A command that must fail: its status and what it says. It runs in this process. */
function failing(args: readonly string[], environment: Environment = {}) {
  return runHere(["catch", ...args], environment);
}

/** A command that listens: what it prints, and how it ends. */
async function listening(t: TestContext, args: readonly string[], environment: Environment = {}) {
  const child = run(t, [...anyPort, ...args, "--json"], environment);
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const errors = text(child.stderr as Readable);
  const failed = once(child, "exit").then(async () => assert.fail(`it ended: ${await errors}`));
  failed.catch(() => {});
  const [line] = (await Promise.race([once(lines, "line"), failed])) as [string];
  const urls = JSON.parse(line) as { smtp: string; http: string; ca?: string };
  const stop = async (signal: NodeJS.Signals): Promise<unknown> => {
    const ended = once(child, "exit");
    child.kill(signal);
    const [status, by] = await ended;
    return status ?? by;
  };
  return { ...urls, line, stop, errors };
}

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "envoi-catch-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function fileOf(t: TestContext, content: unknown): string {
  const path = join(folderOf(t), "file");
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

const mail = { from: "a@a.test", to: "b@b.test", subject: "Hello", text: "Hi" };

test("prints its addresses as one line, catches mail, and ends when it is told to", async (t) => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    const { smtp, http, line, stop, errors } = await listening(t, []);
    assert.deepEqual(Object.keys(JSON.parse(line)), ["smtp", "http"]);
    assert.match(smtp, /^smtp:\/\/127\.0\.0\.1:\d+$/);
    await using transport = SmtpTransport.fromUrl(smtp).build();
    await transport.send(mail);
    assert.equal((await fetch(`${http}/no/such/path`)).status, 404);
    assert.equal(await stop(signal), 0);
    assert.equal(await errors, "");
  }
});

test("ends, if npx started it, when it is told to, and when it cannot go on", async (t) => {
  const byNpx = { npm_command: "exec" };
  const { stop } = await listening(t, [], byNpx);
  assert.equal(await stop("SIGINT"), 0);
  const child = run(t, [...anyPort, "--fail", "no-such-file"], byNpx);
  assert.deepEqual(await once(child, "exit"), [66, null]);
});

test("ends with a status of its own, and one line, if a port is in use", async (t) => {
  const server = createServer().listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  for (const flag of ["--smtp", "--http"]) {
    const { status, output, errors } = await failing([...anyPort, flag, `127.0.0.1:${port}`]);
    assert.equal(status, 71);
    assert.equal(output, "");
    assert.match(errors, new RegExp(`^envoi: cannot listen on 127\\.0\\.0\\.1:${port}: [^\\n]+\\n$`));
  }
});

test("refuses flags that are wrong, with one line that names the flag", async (t) => {
  const empty = fileOf(t, "");
  const bad = fileOf(t, "{ no");
  const wrong: readonly (readonly [
    status: number,
    args: readonly string[],
    message: RegExp,
    Environment?,
  ])[] = [
    [64, ["--smtp", "nowhere"], /--smtp: expected host:port/],
    [64, ["--http", "127.0.0.1:65536"], /--http: expected host:port/],
    [64, ["--http", "0.0.0.0:0"], /--http: other machines can reach 0\.0\.0\.0.*--auth.*--public/],
    [64, ["--smtp", "[::]:0"], /--smtp: other machines/],
    [64, ["--max", "0"], /--max: expected/],
    [64, ["--max", "many"], /--max: expected/],
    [64, ["--tls", "required"], /--tls: expected starttls or implicit/],
    [64, ["--cert", empty], /--tls/],
    [64, ["--host", "a/b"], /--host: expected a host name/],
    [64, ["--allow-origin", "app.test"], /--allow-origin: expected an origin/],
    [64, ["--auth", "jo"], /--auth: expected user:file/],
    [64, ["--auth", "jo:env:NO_SUCH_VARIABLE"], /--auth: expected the name of a variable that is set/],
    [66, ["--auth", "jo:/no/such/file"], /--auth: cannot read the file that it names: there is no such file/],
    [78, ["--auth", `jo:${empty}`], /--auth: the file is empty/],
    [64, ["--relay", "smtp://me:secret@relay.test"], /--relay: expected a URL without a password/],
    [64, ["--relay", "relay.test"], /--relay: expected a URL/],
    [64, ["--relay", "http://relay.test"], /--relay: /],
    [64, ["--relay", "smtp://a.test"], /ENVOI_RELAY contains a URL, too/, { ENVOI_RELAY: "smtp://b.test" }],
    [64, [], /ENVOI_RELAY: expected a URL/, { ENVOI_RELAY: "secret" }],
    [64, ["--relay-to", "a@a.test"], /--relay-to: there is no relay/],
    [64, ["--relay", "smtp://a.test", "--relay-to", "x"], /--relay-to: expected an address/],
    [64, ["--webhook", "no"], /--webhook: expected a URL/],
    [64, ["--client-ip", "192.0.2.1"], /--client-ip: nothing is verified/],
    [66, ["--users", "/no/such/file"], /--users: cannot read/],
    [78, ["--users", bad], /--users: expected JSON/],
    [78, ["--users", fileOf(t, { jo: 1 })], /--users: expected JSON/],
    [78, ["--zone", fileOf(t, { "a.test": { ZZ: [] } })], /--zone: .*ZZ/],
    [78, ["--fail", fileOf(t, { at: "mial" })], /--fail: .*"mail"/],
    [73, ["--keep", empty], /--keep: the folder cannot be used/],
    ...(process.platform === "linux"
      ? ([[73, ["--keep", "/proc/envoi"], /--keep: the folder cannot be used/]] as const)
      : []),
    [64, ["--no-such-flag"], /unknown option/],
    [64, ["more"], /too many arguments|unknown command/],
  ];
  for (const [status, args, message, environment] of wrong) {
    const ended = await failing([...anyPort, ...args], environment);
    assert.match(ended.errors, message, args.join(" "));
    assert.equal(ended.status, status, ended.errors);
    assert.equal(ended.output, "");
    assert.ok(!ended.errors.includes("secret@") && !ended.errors.includes("    at "), ended.errors);
  }
});

test("offers TLS and a login", async (t) => {
  const users = fileOf(t, { jo: "p:ü" });
  const { smtp, ca = "", stop } = await listening(t, ["--tls", "--users", users]);
  assert.match(smtp, /\?tls=required$/);
  const { port } = new URL(smtp);
  const { readFileSync } = await import("node:fs");
  const trust = TlsParameters.builder().addRootCertificate(readFileSync(ca)).build();
  const builder = SmtpTransport.builder("127.0.0.1").port(Number(port)).tls(Tls.Required(trust));
  await using transport = builder.clone().credentials(Credentials.password("jo", "p:ü")).build();
  await transport.send(mail);
  await using wrong = builder.clone().credentials(Credentials.password("jo", "x")).build();
  await assert.rejects(wrong.send(mail), { kind: "authentication" });
  assert.equal(await stop("SIGINT"), 0);
});

test("lets everybody log in with --users any", async (t) => {
  const { smtp, stop } = await listening(t, ["--users", "any"]);
  const { port } = new URL(smtp);
  await using transport = SmtpTransport.builder("127.0.0.1")
    .port(Number(port))
    .tls(Tls.None)
    .credentials(Credentials.password("anybody", "anything"))
    .build();
  await transport.send(mail);
  assert.equal(await stop("SIGTERM"), 0);
});

test("fails as a file says", async (t) => {
  const faults = fileOf(t, [
    { at: "rcpt", when: { recipient: "/^B@/i" }, reply: "452 4.2.2 Mailbox full", times: 1 },
  ]);
  const { smtp, stop } = await listening(t, ["--fail", faults]);
  await using transport = SmtpTransport.fromUrl(smtp).build();
  await assert.rejects(transport.send(mail), { delivery: "refused", transient: true });
  await transport.send(mail);
  assert.equal(await stop("SIGINT"), 0);
});

test("keeps what it has confirmed, even if it is killed", async (t) => {
  const folder = join(folderOf(t), "mails");
  const { smtp, stop } = await listening(t, ["--keep", folder]);
  await using transport = SmtpTransport.fromUrl(smtp).build();
  const sent: Promise<unknown>[] = [];
  let confirmed = 0;
  for (let count = 0; count < 200; count++)
    sent.push(
      transport.send({ ...mail, subject: String(count) }).then(
        () => confirmed++,
        () => {},
      ),
    );
  await Promise.race(sent);
  assert.equal(await stop("SIGKILL"), "SIGKILL");
  await Promise.all(sent);
  const files = readdirSync(folder).filter((name) => name.endsWith(".eml"));
  assert.ok(files.length >= confirmed, `${files.length} files, ${confirmed} confirmed`);
  const again = await listening(t, ["--keep", folder, "--max", "1"]);
  assert.deepEqual(readdirSync(folder).filter((name) => name.endsWith(".eml")).length, 1);
  assert.equal(await again.stop("SIGINT"), 0);
});

test("asks for the login that a variable holds", async (t) => {
  const { http, stop } = await listening(t, ["--auth", "jo:env:CATCH_PASSWORD"], {
    CATCH_PASSWORD: "s€cret",
  });
  assert.equal((await fetch(http)).status, 401);
  const authorization = `Basic ${Buffer.from("jo:s€cret").toString("base64")}`;
  assert.notEqual((await fetch(http, { headers: { authorization } })).status, 401);
  assert.equal(await stop("SIGINT"), 0);
});
