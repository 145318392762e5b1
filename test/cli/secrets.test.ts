import assert from "node:assert/strict";
import dns from "node:dns/promises";
import { syncBuiltinESMExports } from "node:module";
import { test } from "node:test";
import { fc } from "../property.ts";
import { scripted } from "./check/check.ts";
import { run } from "./run.ts";

const secret = "hunter2!Zq";
const mail = ["send", "--relay", "127.0.0.1:1", "--from", "a@a.test", "--to", "b@b.test"];
const serve = ["catch", "--smtp", "127.0.0.1:0", "--http", "127.0.0.1:0"];

/** Ways in which people give a password in a wrong way. */
const wrong: readonly (readonly string[])[] = [
  // Joined to a flag that does not exist, or to one that takes no value.
  [...mail, `-p${secret}`],
  [...mail, `-ap${secret}`],
  [...mail, `-v${secret}`],
  [...mail, `-ap=${secret}`],
  [...mail, `--auth-password=${secret}`],
  [...mail, `--password${secret}`],
  [...mail, `--pass:${secret}`],
  [...mail, `--${secret}`],
  [...mail, `-${secret}`],
  [`-p${secret}`, ...mail],
  ["check", "127.0.0.1:1", `-p${secret}`],
  ["verify", "-", `--password=${secret}`],
  ["outbox", "status", `-W${secret}`],
  // As a word.
  [...mail, secret],
  [...mail, "-ap", secret],
  [...mail, "--auth-password", secret],
  [...mail, "--password", secret],
  [...mail, "--password", `-${secret}`],
  [...mail, "--", secret],
  ["check", "127.0.0.1:1", secret],
  [secret],
  ["help", secret],
  ["completion", secret],
  ["outbox", secret],
  ["outbox", "list", secret],
  ["outbox", "list", "--state", secret],
  // In the place of a file that holds it.
  [...serve, "--auth", `jo:${secret}`],
  // A shell has put it in the place of the variable that holds it.
  [...serve, "--auth", `jo:env:${secret}`],
  [...serve, "--auth", "jo:env:HUNTER2"],
  [...serve, "--auth", "jo:env:unter2"],
  [...serve, "--users", `jo:${secret}`],
  [...serve, "--users", JSON.stringify({ jo: secret })],
  [...serve, "--users", secret],
  [...mail, "--dkim", `domain=a.test,selector=s,key=${secret}`],
  [...mail, "--dkim", secret],
  [...mail, "--tls", "--cert-key", secret, "--cert", "none.pem"],
  [...mail, "--tls", "--cert", `-----BEGIN PRIVATE KEY-----\n${secret}`],
  // In a URL.
  [...mail, "--relay", `smtp://jo:${secret}@h.test`],
  [...mail, "--relay", `jo:${secret}@h.test`],
  [...mail, "--relay", `smtp://jo:25/${secret}@h.test`],
  [...mail, "--relay", `smtp://jo:25?${secret}@h.test`],
  [...mail, "--relay", `smtp://jo:25#${secret}@h.test`],
  [...mail, "--relay", `smtp://h.test?password=${secret}`],
  [...mail, "--relay", `smtp://jo@h.test?proxy=http://jo:${secret}@p.test`],
  [...mail, "--proxy", `http://jo:${secret}@p.test`],
  ["check", `smtp://jo:${secret}@h.test`],
  ["check", `jo:${secret}@h.test:25`],
  ["verify", `smtp://jo:${secret}@h.test`],
  [...serve, "--relay", `smtp://jo:25/${secret}@h.test`],
  [...serve, "--smtp", `jo:${secret}@127.0.0.1:0`],
  [...serve, "--http", `http://jo:${secret}@127.0.0.1:0`],
  [...serve, "--webhook", `https://jo:${secret}@h.test/`],
  ["outbox", "status", "--database", `postgres://jo:${secret}@127.0.0.1:1/shop`],
  ["outbox", "status", "--database", `postgres://127.0.0.1:1/shop?password=${secret}`],
  ["outbox", "status", "--database", `host=127.0.0.1 password=${secret}`],
  [...serve, "--smtp", `db_password=${secret}`],
  [...mail, "--relay", `h.test pass = ${secret}`],
  // With the user.
  [...mail, "--user", `jo:${secret}`],
  ["check", "127.0.0.1:1", "--user", `jo:${secret}`],
];

test("A password that is given in a wrong way is not repeated by any command", async () => {
  for (const args of wrong) {
    const { status, output, errors } = await run(args);
    assert.ok([64, 65, 66].includes(status), `${args.join(" ")}: ${status} ${errors}`);
    assert.doesNotMatch(output + errors, /hunter2|unter2|HUNTER2|2!Zq/, args.join(" "));
  }
});

test("A password in a variable of the environment is not repeated, also if the value is not valid", async () => {
  for (const url of [
    `smtp://jo:25/${secret}@h.test`,
    `smtp://jo:25?${secret}@h.test`,
    `smtp://jo:${secret}@h .test`,
    `smtp://jo:${secret}%@h.test`,
    `http://jo:${secret}@h.test`,
    `jo:${secret}`,
    secret,
  ]) {
    for (const args of [mail.filter((_, index) => index < 1 || index > 2), ["check"], serve]) {
      const { status, output, errors } = await run(args, { ENVOI_RELAY: url });
      assert.equal(status, 64, `${url}: ${errors}`);
      assert.doesNotMatch(output + errors, /hunter2|2!Zq/, `${args[0]} ${url}`);
    }
  }
  const proxy = { ENVOI_PROXY: `ftp://jo:${secret}@p.test` };
  const { status, errors } = await run(mail, proxy);
  assert.equal(status, 64, errors);
  assert.doesNotMatch(errors, /hunter2/);
});

test("A password alone in ENVOI_RELAY that could be the name of a host is not repeated, also if DNS fails", async (context) => {
  let code = "ENOTFOUND";
  const asked: string[] = [];
  context.mock.method(dns, "lookup", async (host: string) => {
    asked.push(host);
    throw Object.assign(new Error(`getaddrinfo ${code} ${host}`), { code });
  });
  syncBuiltinESMExports();
  context.after(() => {
    context.mock.restoreAll();
    syncBuiltinESMExports();
  });
  for (const word of ["hunter2", "hunter2.Zq", "jo@hunter2"])
    for (code of ["ENOTFOUND", "EAI_AGAIN"])
      for (const args of [
        mail.filter((_, index) => index < 1 || index > 2),
        ["check"],
        ["check", "--json"],
      ]) {
        const { status, output, errors } = await run(args, { ENVOI_RELAY: word });
        assert.equal(status, code === "EAI_AGAIN" ? 75 : 64, errors);
        assert.match(errors, /ENVOI_RELAY: expected a URL, or a host that is known/);
        assert.doesNotMatch(output + errors, /hunter2/);
      }
  assert.equal(asked.length, 18);
  // What can only be a host is named.
  const { errors } = await run(
    mail.filter((_, index) => index < 1 || index > 2),
    { SMTP_URL: "mailhog" },
  );
  assert.match(errors, /the name of mailhog cannot be looked up now/);
});

test("A flag or command that is only misspelt is named, and a password is told where it belongs", async () => {
  for (const [args, said] of [
    [["send", "--atach", "x"], /unknown option '--atach'\n\(Did you mean --attach\?\)/],
    [["snd"], /unknown command 'snd'\n\(Did you mean send\?\)/],
    [["catch", "--public=1"], /^error: '--public' takes no value\n/],
    [
      ["send", "--subject", "Hello", "world"],
      /too many arguments.*\n\(A value with blanks must be in quotes\)\n/,
    ],
    [["completion", "tcsh"], /'tcsh' is invalid.* bash, zsh, fish/],
    [[...mail, "-psecret"], /unknown option '-p'\n\(.*ENVOI_PASSWORD\)/],
    [["check", "h.test", "--auth-password=x"], /unknown option '--auth-password'\n\(.*ENVOI_PASSWORD\)/],
  ] as const)
    assert.match((await run(args)).errors, said);
});

test("Whatever follows an unknown flag is not repeated", async () => {
  const value = fc.string({ minLength: 6, maxLength: 30 }).map((text) => `#${text.replaceAll("\0", "")}`);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("-p", "-x", "--pw=", "--auth-password=", "--token:"),
      value,
      async (flag, text) => {
        const { status, errors } = await run(["send", `${flag}${text}`]);
        assert.equal(status, 64);
        assert.ok(!errors.includes(text), errors);
      },
    ),
  );
});

test("A server that repeats the password in its reply does not bring it onto the screen", async (context) => {
  const port = await scripted(context, (line) => {
    if (/^EHLO/.test(line)) return "250-raw.example\r\n250 AUTH PLAIN";
    if (/^AUTH/.test(line)) {
      const [, , text = ""] = line.split(" ");
      return `535 5.7.8 wrong: ${line} (${Buffer.from(text, "base64").toString().split("\0").pop()})`;
    }
    return "250 2.0.0 OK";
  });
  const environment = { ENVOI_PASSWORD: secret, ENVOI_RELAY: `smtp://jo@127.0.0.1:${port}` };
  const encoded = Buffer.from(`\0jo\0${secret}`).toString("base64");
  for (const args of [
    [...mail.filter((_, index) => index < 1 || index > 2), "--verbose"],
    [...mail.filter((_, index) => index < 1 || index > 2), "--json"],
    ["check"],
    ["check", "--json"],
  ]) {
    const { status, output, errors } = await run(args, environment);
    assert.ok(status === 69 || status === 1, errors);
    assert.match(output + errors, /535/);
    for (const form of [secret, encoded, encoded.slice(0, 14)])
      assert.ok(!(output + errors).includes(form), `${args.join(" ")}: ${form}: ${output}${errors}`);
  }
});
