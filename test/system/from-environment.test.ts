import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { CertificateAuthority, TestServer } from "envoi/testing";
import { httpProxy, socksProxy } from "../net/proxies.js";

const program = fileURLToPath(new URL("./from-environment.js", import.meta.url));
const users = { "me@x.test": "p:/@ %€?#" };
const login = { verified: true, user: "me@x.test" };

/** Runs the program until it ends successfully. */
async function run(environment: Readonly<Record<string, string>>): Promise<object> {
  const { code, out, err } = await runOn([], environment);
  assert.deepEqual([code, err], [0, ""]);
  return JSON.parse(out);
}

async function runOn(
  flags: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, ["--unhandled-rejections=strict", ...flags, program], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 20_000,
  });
  const exit = new Promise<number | null>((resolve) => {
    child.on("exit", (code) => resolve(code));
  });
  const [code, out, err] = await Promise.all([exit, text(child.stdout), text(child.stderr)]);
  return { code, out, err };
}

/** Makes a program believe that the package socks is not installed. */
const hooks = `export const resolve = (name, context, next) => {
  if (name === "socks") throw new Error("Cannot find package");
  return next(name, context);
};`;
const withoutSocks = `import { register } from "node:module"; register("data:text/javascript,${encodeURIComponent(hooks)}");`;

describe("a process that is configured by environment variables", () => {
  it("sends in plaintext, by STARTTLS and over TLS, logs in, and ends", async () => {
    for (const [tls, expected] of [
      ["none", {}],
      ["starttls", login],
      ["implicit", login],
    ] as const) {
      await using server = await TestServer.start({ tls, users, keepAlive: true });
      assert.deepEqual(await run({ ...server.env }), expected);
      assert.equal(server.messages.length, 1);
    }
  });

  it("sends through a proxy", async () => {
    const authority = await CertificateAuthority.shared();
    await using server = await TestServer.start({ tls: "implicit", users, keepAlive: true });
    await using http = await httpProxy(server.port);
    await using https = await httpProxy(server.port, authority.issue());
    await using socks = await socksProxy(server.port, "me:secret");
    for (const proxy of [
      `http://127.0.0.1:${http.port}`,
      `https://localhost:${https.port}`,
      `socks5://me:secret@127.0.0.1:${socks.port}`,
    ]) {
      const SMTP_URL = `${server.env.SMTP_URL}?proxy=${encodeURIComponent(proxy)}`;
      assert.deepEqual(await run({ ...server.env, SMTP_URL }), login);
    }
    assert.equal(server.messages.length, 3);
    assert.deepEqual(http.asked, Array(2).fill(`127.0.0.1:${server.port}`));
    assert.deepEqual(socks.asked, http.asked);
  });

  it("reports what to install for a SOCKS proxy", async () => {
    await using socks = await socksProxy(1);
    const flag = `--import=data:text/javascript,${encodeURIComponent(withoutSocks)}`;
    const SMTP_URL = `smtp://relay.invalid?proxy=socks5://127.0.0.1:${socks.port}`;
    const { code, err } = await runOn([flag], { SMTP_URL });
    assert.equal(code, 1);
    assert.match(err, /SOCKS proxies need the package socks beside envoi: npm install socks/);
    assert.match(err, /kind: 'configuration'/);
  });
});
