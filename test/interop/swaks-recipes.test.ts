import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type CapturedMessage, TestServer } from "envoi/testing";

const command = fileURLToPath(new URL("../../src/cli/index.js", import.meta.url));
const page = readFileSync(fileURLToPath(new URL("../../../docs/from-swaks.md", import.meta.url)), "utf8");
const recipes = [
  ...page.matchAll(/^\| (.+?) \| `(swaks .+?)` \| `((?:ENVOI_PASSWORD=secret )?envoi send .+?)` \|$/gm),
];

const folder = mkdtempSync(join(tmpdir(), "envoi-swaks-"));
const socket = join(folder, "lda.sock");
let servers: readonly TestServer[] = [];

before(async () => {
  writeFileSync(join(folder, "text.txt"), "Some text\nof two lines\n");
  writeFileSync(join(folder, "eicar.txt"), "harmless\n");
  writeFileSync(join(folder, "report.pdf"), "%PDF-1.4\n");
  writeFileSync(
    join(folder, "mail.eml"),
    "From: me@example.org\nTo: user@example.net\nSubject: Stored\nX-A: b\n\nHi\n",
  );
  servers = [
    await TestServer.start({ tls: "starttls", users: { jane: "secret" } }),
    await TestServer.start({ tls: "implicit" }),
    await TestServer.start({ path: socket, lmtp: true }),
  ];
  writeFileSync(join(folder, "ca.pem"), servers.map(({ ca }) => ca).join(""));
});

after(async () => {
  await Promise.all(servers.map((server) => server.close()));
  rmSync(folder, { recursive: true });
});

test("the page has the recipes", () => {
  assert.ok(recipes.length >= 20, `${recipes.length}`);
});

for (const [, what = "", theirs = "", ours = ""] of recipes) {
  test(`swaks and envoi do the same: ${what}`, async () => {
    const [swaks, envoi] = [await arrived(theirs), await arrived(ours)];
    assert.deepEqual(envoi, swaks);
  });
}

/** Runs a command of the page, and gives what the servers got. */
async function arrived(line: string): Promise<object> {
  for (const server of servers) server.clear();
  const [plain, tls] = servers;
  const script = line
    .replace(/tls\.example\.org/, `localhost:${tls?.port}`)
    .replace(/mail\.example\.org/, `localhost:${plain?.port}`)
    .replace(/envoi (?=send)/, `"${process.execPath}" "${command}" `);
  const { status, text } = await run(script);
  assert.equal(status, 0, `${script}\n${text}`);
  const sessions = servers
    .flatMap(({ transcripts }) => transcripts)
    .map(String)
    .join("\n");
  return {
    messages: servers.flatMap(({ messages }) => messages).map(whatArrived),
    hello: /^C: (?:EHLO|LHLO) client\.example\.org/m.test(sessions),
    mailbox: /^C: RCPT TO:<user@example\.net>/im.test(sessions),
    lmtp: /^C: LHLO /m.test(sessions),
  };
}

function whatArrived({ envelope, parsed, session }: CapturedMessage): object {
  // swaks writes a subject of its own if there is none.
  const isTest = /^test /i.test(parsed.subject ?? "test ");
  return {
    from: envelope.from === null ? null : String(envelope.from),
    to: envelope.to.map(({ address }) => String(address)),
    author: parsed.from?.address,
    cc: parsed.cc.map(({ address }) => address),
    subject: isTest ? "a test" : parsed.subject,
    text:
      isTest && !/text$|of two/m.test(parsed.text ?? "")
        ? undefined
        : parsed.text?.trim().replaceAll("\r", ""),
    attachments: parsed.attachments.map(({ filename, type, content }) =>
      // swaks names what comes from a pipe differently.
      [
        filename === "q3.pdf" ? filename : undefined,
        filename === "q3.pdf" ? type : undefined,
        Buffer.from(content).toString().trim(),
      ],
    ),
    test: parsed.headers.find(({ name }) => name.toLowerCase() === "x-test")?.value,
    secure: session.tls !== undefined,
    user: session.authenticated?.user,
  };
}

function run(script: string): Promise<{ status: number; text: string }> {
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, "ca.pem") };
  return new Promise((resolve) => {
    const child = execFile("bash", ["-c", script], { cwd: folder, env }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), text: stdout + stderr });
    });
    child.stdin?.end();
  });
}
