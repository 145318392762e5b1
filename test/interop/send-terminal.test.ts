import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { TestServer } from "envoi/testing";
import { Tmux } from "./tmux.ts";

const folder = mkdtempSync(join(tmpdir(), "envoi-terminal-"));
after(() => rmSync(folder, { recursive: true }));

const cli = fileURLToPath(new URL("../../src/cli/index.js", import.meta.url));
const send = `"${process.execPath}" "${cli}" send`;

function rows(count: number): string {
  const path = join(folder, `${count}.csv`);
  writeFileSync(
    path,
    `email\n${Array.from({ length: count }, (_, id) => `r${id}@example.net`).join("\n")}\n`,
  );
  return path;
}

function many(server: TestServer, count: number): string {
  return `${send} --relay localhost:${server.port} --from a@example.org --to "{{email}}" --text t --data ${rows(count)}`;
}

for (const width of [100, 40, 16]) {
  test(`A terminal of ${width} columns shows a progress bar on one line, and failures above it`, async () => {
    await using server = await TestServer.start();
    server.fail({ at: "rcpt", reply: "550 5.1.1 no", when: { recipient: "r3@example.net" } });
    await using terminal = await Tmux.start(`${many(server, 60)} --rate 20/s`, { width });
    const shown = await terminal.shows(/^(?:\[[#-]+\] {2})?[1-9]\d*\/60/m);
    const lines = shown.split("\n");
    assert.equal(lines.filter((line) => /\/60/.test(line)).length, 1, shown);
    assert.ok((lines.at(-1) ?? "").length < width, shown);
    if (width >= 40) assert.match(lines.at(-1) ?? "", /^\[#*-*\] {2}/);
    await terminal.shows(/line 5: refused/);
    const last = await terminal.shows(/envoi: 59 accepted, 1 refused/);
    // The bar is gone.
    assert.doesNotMatch(last, /\/60/);
  });
}

test("A terminal asks for the password, does not show it, and asks although the input is a pipe", async () => {
  await using server = await TestServer.start({ tls: "starttls", users: { jane: "s3cret é" } });
  writeFileSync(join(folder, "ca.pem"), server.ca);
  const relay = `--relay localhost:${server.port} --tls --ca ${join(folder, "ca.pem")} --user jane`;
  const mail = `--from a@example.org --to b@example.net`;
  for (const command of [`${send} ${relay} ${mail}`, `printf hi | ${send} ${relay} ${mail} --text -`]) {
    server.clear();
    await using terminal = await Tmux.start(`${command}; echo status $?`);
    await terminal.shows(/Password for jane:\s*$/);
    await terminal.press("s3cx", "BSpace", "ret é", "Enter");
    const shown = await terminal.shows(/status \d+/);
    assert.match(shown, /status 0/);
    assert.doesNotMatch(shown, /s3c/);
    assert.equal(server.messages[0]?.session.authenticated?.user, "jane");
  }
  await using terminal = await Tmux.start(`${send} ${relay} ${mail}; echo status $?`);
  await terminal.shows(/Password for jane:\s*$/);
  await terminal.press("C-c");
  assert.match(await terminal.shows(/status \d+/), /status 64/);
});

test("Ctrl-C stops the taking of rows, ends what is under way, and the next run sends the rest", async () => {
  await using server = await TestServer.start();
  const state = join(folder, "stopped.state");
  const command = `${many(server, 80)} --rate 20/s --resume ${state}`;
  {
    await using terminal = await Tmux.start(`${command}; echo status $?`);
    await terminal.shows(/[1-9]\d*\/80/);
    await terminal.press("C-c");
    const shown = await terminal.shows(/status \d+/);
    assert.match(shown, /stopping/);
    assert.match(shown, /not all rows were reached/);
    assert.match(shown, /status 75/);
  }
  assert.ok(server.messages.length < 80);
  assert.doesNotMatch(readFileSync(state, "utf8").split("\n").slice(-2).join(), /^>/m);
  await using terminal = await Tmux.start(`${command.replace("--rate 20/s", "")}; echo status $?`);
  assert.match(await terminal.shows(/status \d+/), /80 accepted, \d+ of them by earlier runs[\s\S]*status 0/);
  assert.equal(server.messages.length, 80);
});

test("Colours are there on a terminal, and not with NO_COLOR", async () => {
  await using server = await TestServer.start();
  const command = `${send} --relay localhost:${server.port} --from a@example.org --to b@example.net -v; echo status $?`;
  for (const [environment, coloured] of [
    [{}, true],
    [{ NO_COLOR: "1" }, false],
  ] as const) {
    await using terminal = await Tmux.start(command, { environment });
    await terminal.shows(/status 0/);
    assert.equal(/\x1b\[3\d/.test(await terminal.screen(true)), coloured);
  }
});

test("What goes into pipes and files has no control characters, though a terminal started it", async () => {
  await using server = await TestServer.start();
  const file = join(folder, "output");
  server.fail({ at: "rcpt", reply: "550 5.1.1 no", when: { recipient: "r3@example.net" } });
  const commands = [
    `${many(server, 20)} 2>&1 | cat > ${file}`,
    `${many(server, 20)} -v > ${file} 2>&1`,
    `${send} --relay localhost:${server.port} --from a@example.org --to b@example.net -v 2>&1 | cat > ${file}`,
    `${send} --help > ${file}`,
  ];
  for (const command of commands) {
    await using terminal = await Tmux.start(`${command}; echo ended`);
    await terminal.shows(/ended/);
    const output = readFileSync(file, "utf8");
    assert.ok(output.length > 100, output);
    assert.doesNotMatch(output, /[\0-\x09\x0b-\x1f\x7f-\x9f]/);
  }
});

test("With the standard output in a file, the terminal still shows the progress bar", async () => {
  await using server = await TestServer.start();
  const file = join(folder, "lines.jsonl");
  await using terminal = await Tmux.start(`${many(server, 60)} --rate 20/s > ${file}`);
  await terminal.shows(/^\[#*-*\] {2}[1-9]\d*\/60/m);
  await terminal.shows(/envoi: 60 accepted/);
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  assert.equal(lines.length, 61);
  for (const line of lines) JSON.parse(line);
});
