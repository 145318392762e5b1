import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { TestServer } from "envoi/testing";
import { send } from "./command.ts";

const folder = mkdtempSync(join(tmpdir(), "envoi-send-"));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const basic = ["--from", "a@example.org", "--to", "b@example.net"];

test("One mail from flags and files arrives, and each recipient is reported", async () => {
  await using server = await TestServer.start();
  const { status, output, errors } = await send(
    [
      ...["--relay", `localhost:${server.port}`],
      ...["--from", "Ann <ann@example.org>", "--to", "b@example.net, Joe <joe@example.net>"],
      ...["--cc", "c@example.net", "--bcc", "d@example.net", "--reply-to", "r@example.org"],
      ...["--subject", "Grüße {{name}}", "--text", `@${file("text.txt", "Hello\n")}`, "--html", "-"],
      ...["--attach", `${file("a.bin", "data")};name=b.bin;type=application/x-b`, "--header", "X-Test: yes"],
      ...["--inline", file("logo.png", "png")],
    ],
    { input: '<img src="cid:logo.png">' },
  );
  assert.deepEqual([status, errors], [0, ""]);
  assert.match(output, /^accepted {2}b@example\.net {2}250 /);
  const [message] = server.messages;
  assert.deepEqual(message?.to, ["b@example.net", "joe@example.net", "c@example.net", "d@example.net"]);
  const { subject, text, html, attachments, headers } = message.parsed;
  // Without --data, braces mean nothing.
  assert.deepEqual([subject, text?.trim()], ["Grüße {{name}}", "Hello"]);
  assert.match(html ?? "", /cid:logo\.png/);
  assert.deepEqual(attachments.map(({ filename }) => filename).sort(), ["b.bin", "logo.png"]);
  assert.doesNotMatch(message.raw.toString(), /\bd@example/);
  assert.ok(headers);
});

test("Texts and addresses may be in UTF-16 with a byte order mark, as PowerShell writes them", async () => {
  await using server = await TestServer.start();
  const text = file("text16.txt", Buffer.from("\ufeffGrüße\r\n", "utf16le"));
  const list = file("list16.txt", Buffer.from("\ufeffx@example.net\r\ny@example.net\r\n", "utf16le"));
  const relay = ["--relay", `localhost:${server.port}`, "--from", "a@example.org"];
  const { status } = await send([...relay, "--to", `@${list}`, "--text", `@${text}`]);
  assert.equal(status, 0);
  assert.equal(server.messages[0]?.parsed.text?.trim(), "Grüße");
  assert.deepEqual(server.messages[0]?.to, ["x@example.net", "y@example.net"]);
  for (const [octets, said] of [
    [Buffer.from("Gr\xfc\xdfe", "latin1"), /--text: expected text in UTF-8/],
    [Buffer.from("Hello", "utf16le"), /--text: .* UTF-16 without a byte order mark\. iconv -f UTF-16LE/],
    [Buffer.from("Hello", "utf16le").swap16(), /iconv -f UTF-16BE/],
  ] as const) {
    const refused = await send([...relay, "--to", "b@example.net", "--text", `@${file("odd.txt", octets)}`]);
    assert.equal(refused.status, 65);
    assert.match(refused.errors, said);
  }
  assert.equal(server.messages.length, 1);
});

test("A mail without subject and content is a test mail", async () => {
  await using server = await TestServer.start();
  assert.equal((await send(["--relay", `localhost:${server.port}`, ...basic])).status, 0);
  assert.match(server.messages[0]?.parsed.subject ?? "", /^Test mail of /);
});

test("A stored message goes out as it is, to the recipients in its header, without Bcc", async () => {
  await using server = await TestServer.start();
  const eml =
    "From: Ann <ann@example.org>\nTo: Bob <b@example.net>,\n c@example.net\nBcc: d@example.net\nX-A:  kept\n\nHi\n";
  const { status } = await send(["--relay", `localhost:${server.port}`, "--eml", "-"], { input: eml });
  assert.equal(status, 0);
  const [message] = server.messages;
  assert.equal(String(message?.envelope.from), "ann@example.org");
  assert.deepEqual(message?.to, ["b@example.net", "c@example.net", "d@example.net"]);
  assert.match(message.raw.toString(), /^X-A: {2}kept\r\n\r\nHi/m);
  assert.doesNotMatch(message.raw.toString(), /Bcc/);
  const other = [
    "--eml",
    file("m.eml", eml),
    "--envelope-from",
    "<>",
    "--to",
    "x@example.net",
    "--subject",
    "no",
  ];
  assert.equal((await send(["--relay", `localhost:${server.port}`, ...other])).status, 64);
  await send(["--relay", `localhost:${server.port}`, ...other.slice(0, -2)]);
  assert.deepEqual([server.messages[1]?.envelope.from, server.messages[1]?.to], [null, ["x@example.net"]]);
});

test("The exit status says what may become of the mail", async () => {
  await using server = await TestServer.start();
  const relay = ["--relay", `localhost:${server.port}`];
  const cases: readonly [number, () => void, readonly string[]][] = [
    [69, () => server.fail({ at: "rcpt", reply: "550 5.1.1 no such user" }), []],
    [75, () => server.fail({ at: "rcpt", reply: "451 4.7.1 later" }), []],
    // One is accepted: the other decides.
    [
      69,
      () => server.fail({ at: "rcpt", reply: "550 5.1.1 no such user", times: 1 }),
      ["--to", "c@example.net"],
    ],
    [70, () => server.fail({ at: "final", drop: "before" }), []],
    [64, () => undefined, ["--tls", "maybe"]],
    [64, () => undefined, ["--attach"]],
    [64, () => undefined, ["--hello", "bad name"]],
    [64, () => undefined, ["--relay", "smtp://mail..example.org"]],
    [64, () => undefined, ["--tls", "--tls-name=-mail"]],
    [65, () => undefined, ["--attach", join(folder, "missing")]],
    [65, () => undefined, ["--subject", "a\r\nBcc: x@example.net"]],
    [65, () => undefined, ["--to", "two@example.net three"]],
  ];
  for (const [expected, arrange, flags] of cases) {
    server.clear();
    arrange();
    const { status, output, errors } = await send([...relay, ...basic, ...flags]);
    assert.equal(status, expected, `${flags.join(" ")}: ${output}${errors}`);
  }
});

test("A password among the arguments is refused, with where it belongs, and is not repeated", async () => {
  for (const flags of [
    ["--relay", "smtp://jane:s3cret@localhost"],
    ["--relay", "jane:s3cret@localhost:587"],
    ["--relay", "smtps://jane:s3#cret@localhost"],
    ["--relay", "smtp://localhost?proxy=http%3A%2F%2Fjane%3As3cret%40proxy"],
    ["--relay", "localhost", "--proxy", "socks5://jane:s3cret@proxy"],
    ["--relay", "localhost", "--password", "s3cret"],
    ["--relay", "localhost", "--user", "jane:s3cret"],
  ]) {
    const { status, output, errors } = await send([...flags, ...basic]);
    assert.equal(status, 64, flags.join(" "));
    assert.match(errors, /ENVOI_(?:PASSWORD|PROXY)/);
    assert.doesNotMatch(output + errors, /s3/);
  }
});

test("An empty stored message is refused with 65, because what should have written it failed", async () => {
  await using server = await TestServer.start();
  const relay = ["--relay", `localhost:${server.port}`];
  for (const path of ["-", file("empty.eml", "")]) {
    const { status, errors } = await send([...relay, "--eml", path, ...basic]);
    assert.deepEqual([status, errors], [65, "envoi: --eml: expected a message, got nothing\n"]);
  }
  assert.equal(server.messages.length, 0);
});

test("The password comes from ENVOI_PASSWORD or from the URL in ENVOI_RELAY", async () => {
  await using server = await TestServer.start({ tls: "starttls", users: { jane: "p#ss" } });
  const tls = ["--tls", "--ca", file("ca.pem", server.ca)];
  const relay = `localhost:${server.port}`;
  for (const [flags, environment] of [
    [["--relay", relay, "--user", "jane"], { ENVOI_PASSWORD: "p#ss" }],
    [["--relay", `jane@${relay}`], { ENVOI_PASSWORD: "p#ss" }],
    [[], { ENVOI_RELAY: `smtp://jane:p%23ss@${relay}` }],
    [[], { SMTP_URL: `smtp://jane:p%23ss@${relay}` }],
  ] as const) {
    const { status, errors } = await send([...flags, ...tls, ...basic, "--verbose"], { environment });
    assert.equal(status, 0, errors);
    assert.match(errors, /logged in by PLAIN/);
    assert.doesNotMatch(errors, /p#ss/);
  }
  assert.equal(server.messages.length, 4);
  const wrong = await send([...tls, ...basic], { environment: { ENVOI_RELAY: `smtp://jane:no@${relay}` } });
  assert.equal(wrong.status, 69);
});

test("The conversation has times and the chain in words, also of a certificate that does not verify", async () => {
  await using server = await TestServer.start({ tls: "implicit" });
  const relay = ["--relay", `smtps://localhost:${server.port}`, ...basic, "-v"];
  const trusted = await send([...relay, "--ca", file("ca2.pem", server.ca)]);
  assert.equal(trusted.status, 0);
  for (const line of [
    /^ +\d+\.\d{3} -- certificate 1 of 2: CN=localhost$/m,
    /-- {3}names {4}localhost, 127\.0\.0\.1/,
    /-- {3}issuer {3}CN=envoi test authority/,
    /-- {3}valid {4}1970-01-01 .* left$/m,
    /-- {3}key {6}EC prime256v1/,
    /the certificate is verified/,
    /-> MAIL FROM:<a@example\.org>/,
    /-> \(content, \d+ bytes\)/,
    /<- 250 2\.6\.0 /,
  ])
    assert.match(trusted.errors, line);
  const strange = await send(relay);
  assert.equal(strange.status, 69);
  assert.match(strange.errors, /certificate 1 of 1: CN=localhost/);
  assert.match(strange.errors, /--ca can trust it/);
  const accepted = await send([...relay, "--insecure"]);
  assert.equal(accepted.status, 0);
  assert.match(accepted.errors, /-- not verified: /);
});

test("A server cannot send control characters to the terminal", async () => {
  await using server = await TestServer.start();
  server.fail({ at: "rcpt", raw: "550 5.1.1 \x1b[2Jno\u009b such \u202euser\r\n" });
  const { output, errors } = await send(["--relay", `localhost:${server.port}`, ...basic, "-v"]);
  assert.doesNotMatch(output + errors, /[\0-\x08\x0b-\x1f\x7f-\x9f\u202e]/);
});

test("A dry run prints the message, signed, and connects to nothing", async () => {
  const { privateKey } = generateKeyPairSync("ed25519");
  const key = file("dkim.pem", privateKey.export({ type: "pkcs8", format: "pem" }).toString());
  const dkim = ["--dkim", `domain=example.org,selector=s1,key=${key}`, "--dry-run"];
  const { status, output } = await send([...basic, "--text", "Hello", ...dkim]);
  assert.equal(status, 0);
  assert.match(output, /^DKIM-Signature: .*\r\n(?:.*\r\n)*\r\nHello/);
  const eml = await send(["--eml", "-", "--json", ...dkim], {
    input: "From: a@example.org\nTo: b@example.net\n\nHi\n",
  });
  const { envelope, message } = JSON.parse(eml.output);
  assert.deepEqual(envelope, { from: "a@example.org", to: ["b@example.net"] });
  assert.match(message, /^DKIM-Signature: .*d=example\.org/);
});

test("The report as JSON has the outcome of each recipient", async () => {
  await using server = await TestServer.start();
  server.fail({ at: "rcpt", reply: "452 4.2.2 mailbox full", times: 1 });
  const { status, output } = await send([
    ...["--relay", `localhost:${server.port}`, ...basic, "--to", "c@example.net", "--json"],
  ]);
  assert.equal(status, 75);
  const report = JSON.parse(output);
  assert.equal(report.outcome, "later");
  assert.deepEqual(
    report.recipients.map((each: Record<string, unknown>) => [
      each["address"],
      each["outcome"],
      each["code"],
    ]),
    [
      ["b@example.net", "refused", 452],
      ["c@example.net", "accepted", 250],
    ],
  );
});

test("Only one flag reads the standard input", async () => {
  const { status, errors } = await send([...basic, "--text", "-", "--html", "-"]);
  assert.equal(status, 64);
  assert.match(errors, /--html: .*--text reads it/);
});
