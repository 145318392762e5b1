import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { certificatePem } from "#src/testing/certificates/x509.js";
import { run } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "envoi-status-"));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function newKeys() {
  return generateKeyPairSync("ec", { namedCurve: "P-256" });
}

function selfSigned(): string {
  const issuer = { subject: "us.test", ...newKeys() };
  const [notBefore, notAfter] = [new Date(Date.now() - 86_400_000), new Date(Date.now() + 86_400_000)];
  return certificatePem({ ...issuer, names: [], purpose: "client", issuer, notBefore, notAfter });
}

const missing = join(folder, "missing");
const aFile = file("file", "");
const below = join(aFile, "below");
const empty = file("empty.eml", "");
const broken = file("broken", "{ broken");
const list = file("list.json", "[1]");
const zone = file("zone.json", '{"a.test": {"MX": "mx.a.test"}}');
const mail = file("mail.eml", "From: a@a.test\nTo: b@b.test\n\nHi\n");
const certificate = file("certificate.pem", selfSigned());
const otherKey = file("other.pem", newKeys().privateKey.export({ type: "pkcs8", format: "pem" }).toString());
const table = file("table.csv", "to\nb@b.test\n");

/** Nothing listens there, and no command of these tests comes so far. */
const nowhere = ["--relay", "127.0.0.1:1"];
const send = ["send", ...nowhere, "--from", "a@a.test", "--to", "b@b.test"];
const check = ["check", "127.0.0.1:1"];
const checkDomain = ["check", "a.test", "--no-connect"];
const verify = ["verify", mail];
const serve = ["catch", "--smtp", "127.0.0.1:0", "--http", "127.0.0.1:0"];
const outbox = ["outbox", "--folder", "/dev/null/none"];

/** Each way in which each command fails before it connects: the status, the command line, and what the error names. */
const cases: readonly (readonly [status: number, args: readonly string[], named: RegExp])[] = [
  // What a mail is made of: whatever is wrong, no message can be built.
  [65, [...send, "--text", `@${missing}`], /^envoi: --text: cannot read ".*": there is no such file\n$/],
  [65, [...send, "--html", `@${folder}`], /--html: cannot read ".*": it is a folder/],
  [65, [...send, "--attach", below], /--attach: cannot read ".*": there is no such file/],
  [65, [...send, "--inline", missing], /--inline: cannot read/],
  [65, [...send, "--to", `@${missing}`], /--to: cannot read/],
  [65, [...send, "--to", "a b"], /--to: /],
  [65, [...send, "--quit-after", "rcpt", "--to", "a b"], /--to: /],
  [65, ["send", ...nowhere, "--eml", missing], /--eml: cannot read/],
  [65, ["send", ...nowhere, "--eml", empty], /--eml: expected a message/],
  [65, [...send, "--dkim", `domain=a.test,selector=s,key=${missing}`], /--dkim: cannot read/],
  [65, [...send, "--dkim", `domain=a.test,selector=s,key=${broken}`], /--dkim: key=: expected PEM/],
  [65, [...send, "--subject", "a\r\nb"], /line break|CR/],
  [65, [...send, "--data", missing], /--data: cannot read/],
  [65, [...send, "--data", file("wide.csv", "to\na,b\n")], /--data: line 2: expected 1 column/],
  [65, [...send, "--data", table, "--resume", broken], /--resume: ".*": it exists, and is not a resume file/],
  // Data that the command is about.
  [66, ["verify", missing], /verify: cannot read ".*": there is no such file/],
  [66, ["verify", folder], /verify: cannot read ".*": it is a folder/],
  [65, ["verify", empty], /verify: expected a message/],
  // Settings.
  [66, [...send, "--tls", "--ca", missing], /--ca: cannot read/],
  [78, [...send, "--tls", "--ca", broken], /--ca: ".*": expected a certificate in PEM/],
  [66, [...send, "--tls", "--cert", missing], /--cert: cannot read/],
  [78, [...send, "--tls", "--cert", broken], /--cert: ".*": expected a certificate in PEM/],
  [66, [...send, "--tls", "--cert", certificate, "--cert-key", missing], /--cert-key: cannot read the file/],
  [78, [...send, "--tls", "--cert", certificate, "--cert-key", broken], /--cert-key: /],
  [78, [...send, "--tls", "--cert", certificate, "--cert-key", empty], /--cert-key: /],
  [78, [...send, "--tls", "--cert", certificate, "--cert-key", otherKey], /--cert-key: /],
  [78, [...send, "--tls", "--cert", broken, "--cert-key", otherKey], /--cert: ".*": expected a certificate/],
  [78, [...send, "--tls", "--cert", certificate], /--cert: /],
  [66, [...check, "--ca", missing], /--ca: cannot read/],
  [78, [...check, "--ca", broken], /--ca: ".*": expected a certificate in PEM/],
  ...[checkDomain, verify, serve].flatMap(
    (command) =>
      [
        [66, [...command, "--zone", missing], /--zone: cannot read/],
        [66, [...command, "--zone", folder], /--zone: cannot read .*: it is a folder/],
        [78, [...command, "--zone", broken], /--zone: ".*": expected JSON: /],
        [78, [...command, "--zone", list], /--zone: ".*": /],
        [78, [...command, "--zone", zone], /--zone: ".*": zone\["a\.test"\]\.MX: expected/],
      ] as const,
  ),
  [66, [...serve, "--users", missing], /--users: cannot read/],
  [78, [...serve, "--users", broken], /--users: expected JSON/],
  [66, [...serve, "--fail", missing], /--fail: cannot read/],
  [78, [...serve, "--fail", broken], /--fail: ".*": expected JSON/],
  [66, [...serve, "--tls", "--cert", missing, "--key", broken], /--cert: cannot read/],
  [66, [...serve, "--tls", "--cert", broken, "--key", missing], /--key: cannot read/],
  [78, [...serve, "--tls", "--cert", broken, "--key", broken], /--cert: expected a certificate/],
  [66, [...serve, "--auth", `jo:${missing}`], /--auth: cannot read/],
  [78, [...serve, "--auth", `jo:${empty}`], /--auth: the file is empty/],
  // What cannot be written.
  [
    73,
    [...send, "--data", table, "--resume", join(missing, "state")],
    /--resume: cannot write ".*": there is no such folder/,
  ],
  [73, [...send, "--data", table, "--resume", folder], /--resume: cannot write ".*": it is a folder/],
  [73, [...serve, "--keep", aFile], /--keep: /],
  // Wrong usage.
  [64, ["send", ...nowhere, "--to", "b@b.test"], /--from: expected/],
  [64, [...send, "--tls", "maybe"], /--tls: expected/],
  [64, [...send, "--dkim", "domain=a.test"], /--dkim: expected selector=/],
  [64, [...send, "--pipelining", "maybe"], /^envoi: --pipelining: expected "off"/],
  [64, [...send, "--tls", "--pin", "abc"], /^envoi: --pin: expected a SHA-256 .* in base64\n$/],
  [64, [...send, "--proxy", "ftp://p.test"], /^envoi: --proxy: expected http:/],
  [64, [...send, "--local-address", "here"], /^envoi: --local-address: expected an IP address/],
  [64, [...send, "--hello", "bad name"], /^envoi: --hello: /],
  [64, [...send, "--dkim", `domain=a b,selector=s,key=${mail}`], /--dkim: domain=: /],
  [64, [...check, "--timeout", "soon"], /--timeout: expected/],
  [64, [...check, "--from", "nobody"], /--from: /],
  [64, [...verify, "--ip", "here"], /--ip: expected/],
  [64, [...serve, "--max", "0"], /--max: expected/],
  [64, ["outbox", "status"], /--database: expected/],
  [64, [...outbox, "show", "x"], /the id of a mail/],
  [64, ["completion", "tcsh"], /shell/],
  [64, ["snd"], /send/],
];

test("A command that cannot begin exits with the status of its kind of mistake, and one line that names the flag", async () => {
  for (const [expected, args, named] of cases) {
    const { status, output, errors } = await run(args);
    assert.equal(status, expected, `${args.join(" ")}: ${errors}`);
    assert.match(errors, named);
    assert.equal(output, "");
    if (errors.startsWith("envoi: ")) assert.match(errors, /^[^\n]+\n$/);
  }
});
