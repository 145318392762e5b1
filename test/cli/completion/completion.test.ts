import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { run } from "../run.ts";

/** What bash offers for the last of these words. */
function offered(script: string, ...words: string[]): string[] {
  const line = `${script}\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}; _envoi; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync("bash", ["-c", line], { encoding: "utf8" });
  assert.equal(stderr, "");
  return stdout.trim().split("\n").filter(Boolean);
}

test("bash completes commands, flags and words by the script", async () => {
  const { output, status } = await run(["completion", "bash"]);
  assert.equal(status, 0);
  assert.deepEqual(offered(output, "envoi", "ch"), ["check"]);
  assert.deepEqual(offered(output, "envoi", "verify", "--ze").length, 0);
  assert.deepEqual(offered(output, "envoi", "verify", "--zo"), ["--zone"]);
  assert.deepEqual(offered(output, "envoi", "completion", "z"), ["zsh"]);
  assert.deepEqual(offered(output, "envoi", "help", "ver"), ["verify"]);
  assert.ok(offered(output, "envoi", "verify", "packa").includes("package.json"));
  assert.ok(offered(output, "envoi", "check", "--ca", "packa").includes("package.json"));
});

test("the scripts for zsh and fish name every command and flag", async () => {
  for (const [shell, check] of [
    ["zsh", [/^#compdef envoi/, /'check:find out/, /\*--selector\[/]],
    ["fish", [/complete -c envoi .* -a check/, /seen_subcommand_from check' -l selector -r/]],
  ] as const) {
    const { output } = await run(["completion", shell]);
    for (const pattern of check) assert.match(output, pattern);
  }
});

test("envoi --version prints the version of the package", async () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  for (const flag of ["--version", "-V"]) {
    const { status, output } = await run([flag]);
    assert.deepEqual([status, output], [0, `${version}\n`]);
  }
});

test("completion refuses another shell and names those that there are", async () => {
  const { status, errors } = await run(["completion", "tcsh"]);
  assert.equal(status, 64);
  assert.match(errors, /bash, zsh, fish/);
});

test("the help of every command has examples, and fits into the columns of a terminal", async () => {
  const { output } = await run(["--help"]);
  const names = [...output.matchAll(/^ {2}([a-z]+)[ [<]/gm)]
    .map(([, name]) => name ?? "")
    .filter((name) => name !== "help");
  assert.ok(names.includes("check") && names.includes("verify"), output);
  for (const name of names) {
    const help = await run([name, "--help"]);
    assert.equal(help.status, 0);
    assert.match(help.output, /^Examples:$/m, name);
    assert.match(help.output, new RegExp(`envoi ${name}`), name);
    assert.doesNotMatch(help.output, /\x1b/);
  }
});
