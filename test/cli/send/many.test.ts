import assert from "node:assert/strict";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { TestServer } from "envoi/testing";
import type { Ran } from "../run.ts";
import { sendProcess } from "./child.ts";
import { send } from "./command.ts";

const folder = mkdtempSync(join(tmpdir(), "envoi-send-many-"));
after(() => rmSync(folder, { recursive: true }));
let files = 0;

function file(ending: string, content: string | Buffer): string {
  const path = join(folder, `${++files}${ending}`);
  writeFileSync(path, content);
  return path;
}

function lines({ output }: Ran): Record<string, unknown>[] {
  return output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

function flags(server: TestServer): string[] {
  return ["--relay", `localhost:${server.port}`, "--from", "news@example.org"];
}

const personal = [
  "--to",
  "{{name}} <{{email}}>",
  "--subject",
  "Hello {{name}}",
  "--text",
  "{{name}}, {{text}}",
];

test("Each row of a CSV file becomes a mail, with quotes, semicolons and a byte order mark", async () => {
  await using server = await TestServer.start();
  const csv = file(
    ".csv",
    '\ufeffemail;name; text \r\na@example.net;"Doe; ""Jo""";"two\nlines"\n\nb@example.net;Zoë;<b>&</b>\r\n',
  );
  const html = ["--html", "<p>{{name}}: {{text}} {{{text}}}</p>"];
  const ran = await send([...flags(server), ...personal, ...html, "--data", csv]);
  assert.equal(ran.status, 0, ran.errors);
  const [first, second] = [...server.messages].sort((a, b) =>
    (a.to[0] as string).localeCompare(b.to[0] as string),
  );
  assert.equal(first?.parsed.subject, 'Hello Doe; "Jo"');
  assert.equal(first.parsed.to[0]?.name, 'Doe; "Jo"');
  assert.equal(first.parsed.text?.replaceAll("\r", "").trim(), 'Doe; "Jo", two\nlines');
  // Escaped in HTML, except where the author of the template says otherwise; as it is in text.
  assert.equal(second?.parsed.html?.trim(), "<p>Zoë: &lt;b&gt;&amp;&lt;&#x2F;b&gt; <b>&</b></p>");
  assert.equal(second.parsed.text?.trim(), "Zoë, <b>&</b>");
  assert.deepEqual(
    lines(ran).map((line) => [line["line"], line["outcome"]]),
    [
      [2, "accepted"],
      [5, "accepted"],
      [undefined, undefined],
    ],
  );
  assert.deepEqual(lines(ran).at(-1), {
    ...{ summary: true, complete: true, rows: 2, earlier: 0 },
    ...{ accepted: 2, refused: 0, later: 0, unknown: 0, "not-built": 0 },
  });
});

test("JSON Lines come from a file or from the standard input, with paths, sections and numbers", async () => {
  await using server = await TestServer.start();
  const jsonl =
    '{"email":"a@example.net","user":{"name":"A"},"items":[{"n":1},{"n":2}]}\n\n{"email":"b@example.net","user":{"name":null},"items":[]}';
  const template = [
    ...["--to", "{{email}}", "--subject", "For {{user.name}}"],
    ...["--text", "{{#items}}{{n}} of {{email}};{{/items}}{{^items}}none{{/items}}"],
  ];
  for (const [data, input] of [
    [file(".jsonl", jsonl), ""],
    ["-", `\ufeff${jsonl}`],
  ] as const) {
    server.clear();
    const { status, errors } = await send([...flags(server), ...template, "--data", data], { input });
    assert.equal(status, 0, errors);
    const texts = server.messages.map(({ parsed }) => `${parsed.subject}|${parsed.text?.trim()}`).sort();
    assert.deepEqual(texts, ["For A|1 of a@example.net;2 of a@example.net;", "For |none"]);
  }
});

test("A value with CR or LF in a header or an address is refused with its line, and the other rows go", async () => {
  await using server = await TestServer.start();
  for (const bad of [
    "x\r\nBcc: victim@example.com",
    "x\nBcc: victim@example.com",
    "x\rBcc: v@example.com",
    "x\0",
  ]) {
    const row = (email: string, name: string) => JSON.stringify({ email, name, text: "t" });
    const data = file(
      ".jsonl",
      [row("a@example.net", "A"), "", row("b@example.net", bad), row("c@example.net", "C")].join("\n"),
    );
    for (const template of [
      personal,
      ["--to", "{{email}}", "--subject", "{{name}}", "--text", "{{text}}"],
      ["--to", "{{email}}", "--header", "X-Name: {{{name}}}", "--text", "{{text}}"],
      ["--to", "{{email}}", "--reply-to", "{{&name}}", "--text", "{{text}}"],
    ]) {
      server.clear();
      const bad = lines(await send([...flags(server), ...template, "--data", data])).find(
        (line) => line["line"] === 3,
      );
      assert.equal(bad?.["outcome"], "not-built");
      assert.match(JSON.stringify(bad), /the column \\"name\\" contains (?:CR|LF|NUL)/);
      assert.ok(server.messages.every(({ to }) => to[0] !== "b@example.net"));
    }
    server.clear();
    const { status, errors } = await send([...flags(server), ...personal, "--data", data]);
    assert.equal(status, 65);
    assert.match(errors, /^line 3: no message: --(?:to|subject): the column "name" contains/m);
    assert.equal(server.messages.length, 2);
  }
});

test("A value cannot add a recipient", async () => {
  await using server = await TestServer.start();
  const names = [
    "x@evil.test>, <y@evil.test",
    '"x" <x@evil.test>',
    "x@evil.test,",
    "(x) x@evil.test <",
    'x" <x@evil.test>, "y',
  ];
  const data = file(
    ".jsonl",
    names.map((name) => JSON.stringify({ name, email: "a@example.net" })).join("\n"),
  );
  for (const to of ["{{name}} <{{email}}>", '"{{name}}" <{{email}}>', "{{name}}", "<{{name}}>"])
    await send([...flags(server), "--to", to, "--text", "t", "--data", data]);
  assert.ok(server.messages.length > 0);
  for (const { to } of server.messages) assert.ok(to.length === 1 && !/^y@/.test(to[0] as string), to.join());
  for (const { to } of server.messages.slice(0, 10)) assert.deepEqual(to, ["a@example.net"]);
});

test("A column that does not exist is refused with the nearest, before anything is sent", async () => {
  await using server = await TestServer.start();
  const csv = file(".csv", "email,first name\na@example.net,A\n");
  const jsonl = file(".jsonl", '{"email":"a@example.net"}\n{"email":"b@example.net","first name":"B"}\n');
  for (const data of [csv, jsonl]) {
    const { status, errors } = await send([
      ...flags(server),
      "--to",
      "{{emial}}",
      "--subject",
      "{{first name}}",
      "--data",
      data,
    ]);
    assert.equal(status, 64);
    assert.match(errors, /--to: there is no column "emial"; the nearest is email/);
  }
  const keyed = [...flags(server), "--to", "{{email}}", "--text", "t", "--key"];
  for (const [data, input] of [
    [csv, ""],
    [jsonl, ""],
    ["-", readFileSync(csv, "utf8")],
  ] as const)
    for (const name of ["mail", "email.x"]) {
      const { status, errors } = await send([...keyed, name, "--data", data], { input });
      assert.equal(status, 64, errors);
      assert.match(errors, new RegExp(`--key: there is no column "${name}"; the nearest is email`));
    }
  const lacking = await send([...keyed, "first name", "--data", jsonl]);
  assert.equal(lacking.status, 65);
  assert.match(lacking.errors, /--key: line 1: there is no column "first name"/);
  assert.equal(server.messages.length, 0);
  // A row of JSON Lines that lacks a column that others have is a problem of this row.
  const ran = await send([
    ...flags(server),
    "--to",
    "{{email}}",
    "--subject",
    "{{first name}}",
    "--data",
    jsonl,
  ]);
  assert.deepEqual([ran.status, server.messages.length], [65, 1]);
  assert.match(ran.errors, /^line 1: no message: --subject: the column "first name"/m);
});

test("Wrong quotes and wrong numbers of columns are refused with their line, before anything is sent", async () => {
  await using server = await TestServer.start();
  for (const [csv, problem] of [
    ['email,name\na@example.net,A\nb@example.net,"B" C\n', /line 3: .*doubled/],
    ['email,name\na@example.net,A\nb@example.net,B "C"\n', /line 3: .*quotes around the whole/],
    ['email,name\na@example.net,A\nb@example.net,"B\nc@example.net,C\n', /line 3: a quote is opened/],
    ["email,name\na@example.net,A\nb@example.net\n", /line 3: expected 2 columns .*got 1/],
    ["email,email\na@example.net,A\n", /columns 1 and 2 are both called "email"/],
    [
      Buffer.from("email,name\na@example.net,A\nb@example.net,Zo\xeb\n", "latin1"),
      /line 3: expected text in UTF-8. iconv/,
    ],
    ["", /expected a first line with the names of columns/],
  ] as const) {
    const { status, errors } = await send([
      ...flags(server),
      "--to",
      "{{email}}",
      "--text",
      "t",
      "--data",
      file(".csv", csv),
    ]);
    assert.equal(status, 65, errors);
    assert.match(errors, problem);
  }
  assert.equal(server.messages.length, 0);
});

test("Attachments of rows are files below the folder that the flag names", async () => {
  await using server = await TestServer.start();
  mkdirSync(join(folder, "bills"));
  writeFileSync(join(folder, "bills", "1.pdf"), "one");
  writeFileSync(join(folder, "secret.pdf"), "secret");
  const data = file(
    ".csv",
    "email,file\na@example.net,1\nb@example.net,../secret\nc@example.net,/etc/passwd\nd@example.net,2\n",
  );
  const attach = ["--attach", `${join(folder, "bills")}/{{file}}.pdf;name=bill-{{file}}.pdf`];
  const ran = await send([...flags(server), "--to", "{{email}}", "--text", "t", ...attach, "--data", data]);
  assert.equal(ran.status, 65);
  assert.deepEqual(
    lines(ran)
      .slice(0, -1)
      .map(({ line, outcome }) => `${line} ${outcome}`)
      .sort(),
    ["2 accepted", "3 not-built", "4 not-built", "5 not-built"],
  );
  assert.deepEqual(
    server.messages.map(({ parsed }) => parsed.attachments.map(({ filename }) => filename)),
    [["bill-1.pdf"]],
  );
});

test("A run goes on where it ended: only what may be sent is sent again", async () => {
  await using server = await TestServer.start();
  const data = file(
    ".csv",
    `email\n${["a", "b", "c", "d", "e"].map((name) => `${name}@example.net`).join("\n")}\n`,
  );
  const resume = file(".state", "");
  rmSync(resume);
  const command = [...flags(server), "--to", "{{email}}", "--text", "t"];
  const run = (...more: string[]) => send([...command, "--data", data, "--resume", resume, ...more]);
  server.fail(
    { at: "rcpt", reply: "550 5.1.1 no", when: { recipient: "b@example.net" } },
    { at: "rcpt", reply: "450 4.2.1 later", when: { recipient: "c@example.net" }, times: 1 },
    { at: "final", drop: "before", when: { recipient: "d@example.net" }, times: 1 },
  );
  const first = await run("--connections", "1");
  assert.equal(first.status, 70);
  assert.match(first.errors, /^line 5: unknown: .* Message-ID </m);
  server.clear();
  const second = await run();
  // d is held and told again, b is not tried again.
  assert.equal(second.status, 70);
  assert.deepEqual(
    server.messages.flatMap(({ to }) => to),
    ["c@example.net"],
  );
  assert.match(second.errors, /^line 5: unknown: .*--unknown again/m);
  server.clear();
  const third = await run("--unknown", "again");
  assert.equal(third.status, 69);
  assert.deepEqual(
    server.messages.flatMap(({ to }) => to),
    ["d@example.net"],
  );
  assert.deepEqual(lines(third).at(-1), {
    ...{ summary: true, complete: true, rows: 5, earlier: 4 },
    ...{ accepted: 4, refused: 1, later: 0, unknown: 0, "not-built": 0 },
  });
});

test("Of several recipients only those are tried again to whom it was not delivered", async () => {
  await using server = await TestServer.start();
  const data = file(".csv", "a,b,c\na@example.net,b@example.net,c@example.net\n");
  const resume = join(folder, "several.state");
  const command = [
    ...flags(server),
    "--to",
    "{{a}}",
    "--cc",
    "{{b}}",
    "--bcc",
    "{{c}}",
    "--text",
    "t",
    "--data",
    data,
  ];
  server.fail(
    { at: "rcpt", reply: "450 4.2.1 later", when: { recipient: "b@example.net" }, times: 1 },
    { at: "rcpt", reply: "550 5.1.1 no", when: { recipient: "c@example.net" }, times: 1 },
  );
  assert.equal((await send([...command, "--resume", resume])).status, 75);
  const again = await send([...command, "--resume", resume]);
  assert.equal(again.status, 69);
  assert.deepEqual(
    server.messages.map(({ to }) => to),
    [["a@example.net"], ["b@example.net"]],
  );
  assert.match(server.messages[1]?.raw.toString() ?? "", /^To: a@example\.net\r\nCc: b@example\.net/m);
});

test("Data that has changed is refused, unless keys say what a row is and that is asked for", async () => {
  await using server = await TestServer.start();
  const data = file(".csv", "id,email\n1,a@example.net\n2,b@example.net\n");
  const command = [...flags(server), "--to", "{{email}}", "--text", "t", "--data", data];
  const [byLine, byKey] = [join(folder, "line.state"), join(folder, "key.state")];
  assert.equal((await send([...command, "--resume", byLine])).status, 0);
  assert.equal((await send([...command, "--resume", byKey, "--key", "id"])).status, 0);
  writeFileSync(data, "id,email\n3,c@example.net\n1,a@example.net\n2,b@example.net\n");
  server.clear();
  for (const more of [
    ["--resume", byLine],
    ["--resume", byKey, "--key", "id"],
  ]) {
    const { status, errors } = await send([...command, ...more]);
    assert.equal(status, 65);
    assert.match(errors, /the data has changed/);
  }
  assert.equal(
    (await send([...command, "--resume", byKey, "--key", "email", "--accept-changes"])).status,
    64,
  );
  assert.equal((await send([...command, "--resume", byLine, "--accept-changes"])).status, 64);
  assert.equal(server.messages.length, 0);
  const accepted = await send([...command, "--resume", byKey, "--key", "id", "--accept-changes"]);
  assert.equal(accepted.status, 0, accepted.errors);
  assert.deepEqual(
    server.messages.flatMap(({ to }) => to),
    ["c@example.net"],
  );
});

test("The same key twice is refused with both lines, before anything is sent", async () => {
  await using server = await TestServer.start();
  const data = file(".csv", 'id,email\n1,a@example.net\n2,"b@example.net\n"\n1,c@example.net\n');
  const ran = await send([
    ...flags(server),
    "--to",
    "{{email}}",
    "--text",
    "t",
    "--data",
    data,
    "--key",
    "id",
  ]);
  assert.deepEqual([ran.status, server.messages.length], [65, 0]);
  assert.match(ran.errors, /lines 2 and 5 have the same key "1"/);
  const rows = ['{"id":1,"email":"a@example.net"}', '{"id":2,"email":"b@example.net"}'];
  // Only behind the first chunk are lines read without a parser.
  const filler = Array.from({ length: 3000 }, (_, index) =>
    JSON.stringify({ id: `x${index}`, email: "f@example.net", text: "t".repeat(200) }),
  );
  const command = [...flags(server), "--to", "{{email}}", "--text", "t", "--key", "id"];
  for (const third of ['{"email":"c@example.net","id":"1"}', '{"\\u0069d":1,"email":"c@example.net"}']) {
    const jsonl = await send([...command, "--data", file(".jsonl", [...rows, "", third].join("\n"))]);
    assert.deepEqual([jsonl.status, server.messages.length], [65, 0]);
    assert.match(jsonl.errors, /lines 1 and 4 have the same key "1"/);
    for (const lines of [
      [...rows, ...filler, third],
      [...filler, ...rows, third],
    ]) {
      const long = await send([...command, "--data", file(".jsonl", lines.join("\n"))]);
      assert.deepEqual([long.status, server.messages.length], [65, 0]);
      assert.match(long.errors, /lines \d+ and 3003 have the same key "1"/);
    }
  }
});

test("A line that is no row takes no key from the row that has it", async () => {
  await using server = await TestServer.start();
  const rows = ['{"id":"1","email":"a@example.net" oh}', '{"id":"1","email":"b@example.net"}'];
  const command = [...flags(server), "--to", "{{email}}", "--text", "t", "--key", "id", "--data"];
  // The first row is read to see the columns.
  const { status, errors } = await send([
    ...command,
    file(".jsonl", `{"id":"0","email":"z@example.net"}\n${rows.join("\n")}`),
  ]);
  assert.equal(status, 65);
  assert.match(errors, /^line 2: no message: expected a JSON object/m);
  assert.deepEqual(server.messages.flatMap(({ to }) => to).sort(), ["b@example.net", "z@example.net"]);
});

test("A resume file whose last line is torn is used without it, and a damaged or foreign one is refused", async () => {
  await using server = await TestServer.start();
  const data = file(".csv", "email\na@example.net\nb@example.net\n");
  const resume = join(folder, "torn.state");
  const command = [...flags(server), "--to", "{{email}}", "--text", "t", "--data", data, "--resume", resume];
  assert.equal((await send(command)).status, 0);
  const whole = readFileSync(resume, "utf8");
  const settled = whole.lastIndexOf("+ 3");
  for (const cut of [1, 2, 3]) {
    writeFileSync(resume, whole.slice(0, settled + cut));
    server.clear();
    const { status, errors } = await send(command);
    assert.equal(status, 70);
    assert.match(errors, /^line 3: unknown/m);
    assert.equal(server.messages.length, 0);
  }
  writeFileSync(resume, whole.replace("+ 2", "+ x"));
  assert.equal((await send(command)).status, 65);
});

test("A run goes on with keys and a column that contain any character, such as a line separator", async () => {
  await using server = await TestServer.start();
  const odd = ["a\u2028b", "a\u2029b", "a\u0085b", "a\x7fb", "a\rb"];
  const column = `id${odd.join("")}`;
  const rows = odd.map((key, index) => JSON.stringify({ [column]: key, email: `${index}@example.net` }));
  const command = [...flags(server), "--to", "{{email}}", "--text", "t", "--key", column];
  const resume = join(folder, "odd-keys.state");
  server.fail({ at: "rcpt", reply: "450 4.2.1 later", when: { recipient: "1@example.net" }, times: 1 });
  const run = () => send([...command, "--data", file(".jsonl", rows.join("\n")), "--resume", resume]);
  assert.equal((await run()).status, 75);
  server.clear();
  const { status, errors } = await run();
  assert.equal(status, 0, errors);
  assert.deepEqual(
    server.messages.flatMap(({ to }) => to),
    ["1@example.net"],
  );
});

test("A file that is not a resume file is refused and stays as it is, also without a line end", async () => {
  const data = file(".csv", "email\na@example.net\n");
  const command = ["--from", "a@example.org", "--to", "{{email}}", "--data", data, "--relay", "localhost:1"];
  for (const notes of ["my notes\n", "my notes", '{"envoi":"other"}', "x".repeat(3_000_000)]) {
    const foreign = file(".txt", notes);
    const { status, errors } = await send([...command, "--resume", foreign]);
    assert.equal(status, 65, errors);
    assert.match(errors, /is not a resume file of envoi/);
    assert.equal(readFileSync(foreign, "utf8"), notes);
  }
});

test("A relay that takes no mail ends the run early, and the rows can be sent later", async () => {
  const data = file(".csv", `email\n${"a@example.net\n".repeat(500)}`);
  await using server = await TestServer.start({ tls: "starttls", users: { jane: "secret" } });
  const tls = ["--tls", "--ca", file(".pem", server.ca), "--user", "jane"];
  const ran = await send([...flags(server), ...tls, "--to", "{{email}}", "--text", "t", "--data", data], {
    environment: { ENVOI_PASSWORD: "wrong" },
  });
  assert.equal(ran.status, 75);
  assert.match(ran.errors, /no more rows are taken/);
  assert.ok(lines(ran).length < 100);
});

test("A dry run prints the mail of each row and reports those that cannot be built", async () => {
  const data = file(".csv", "email\na@example.net\nno address\n");
  const basic = ["--from", "news@example.org", "--to", "{{email}}", "--text", "t"];
  const ran = await send([...basic, "--data", data, "--dry-run"]);
  assert.equal(ran.status, 65);
  assert.match(ran.output, /^--- line 2: from <news@example\.org> to a@example\.net\nDate: /);
  assert.match(ran.errors, /^line 3: no message: --to: /m);
  const keyed = file(".jsonl", JSON.stringify({ id: "a\x9bb", email: "a@example.net" }));
  const command = [...basic, "--data", keyed, "--key", "id", "--dry-run", "--json"];
  const printed = await send(command);
  assert.equal(lines(printed)[0]?.["key"], "a\x9bb");
  assert.doesNotMatch(printed.output, /\x9b/);
});

test("A reader that goes away, or a full disk behind the standard output, stops no mail", async () => {
  await using server = await TestServer.start();
  const data = file(
    ".csv",
    `email\n${Array.from({ length: 900 }, (_, id) => `r${id}@example.net`).join("\n")}\n`,
  );
  const args = [...flags(server), "--to", "{{email}}", "--text", "t", "--data", data];
  const { child, done } = sendProcess(args);
  child.stdout?.once("data", () => child.stdout?.destroy());
  const { status, errors } = await done;
  assert.equal(status, 0, errors);
  assert.match(errors, /envoi: 900 accepted/);
  assert.equal(server.messages.length, 900);
  if (!existsSync("/dev/full")) return;
  server.clear();
  const full = openSync("/dev/full", "w");
  const onFullDisk = await sendProcess(args, full).done;
  closeSync(full);
  assert.deepEqual([onFullDisk.status, server.messages.length], [0, 900]);
  assert.match(onFullDisk.errors, /the standard output: ENOSPC/);
});
