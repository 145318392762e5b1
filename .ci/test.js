/**
 * Runs the compiled tests on the Node that runs this script; those of the outbox on Node 22 at least.
 *
 * `--suite=` selects the suite:
 *
 * - `main`, the default: all tests but those of the others;
 * - `interop`: needs Postfix and other foreign programs;
 * - `soak`: the files with property tests, fuzzing or the ledger. It uses a fresh seed, ENVOI_RUNS runs for each
 *   property, ENVOI_FUZZ inputs or as many as ENVOI_FUZZ_SECONDS allows, and ENVOI_MAILS mails. Processes with
 *   different seeds share a long run.
 *
 * Other arguments with a dash go to Node's test runner. An argument without one selects files by their path:
 * `npm test -- mime --test-name-pattern=fold`.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { filesBelow } from "./files.js";
import { needsNode22, node22 } from "./node-22.js";
import "./prepare.js";

const freshSeed = process.env.ENVOI_SEED ?? String(Math.floor(Math.random() * 0x7fff_ffff));
const suites = {
  main: {
    files: () => filesBelow(join(".build", "test"), ".test.js", ["interop", "package"]),
    environment: () => ({}),
    timeout: 120_000,
    // One file more than processors, because some wait; Node would leave one processor idle.
    concurrency: availableParallelism() + 1,
  },
  interop: {
    files: () => filesBelow(join(".build", "test", "interop"), ".test.js"),
    environment: () => ({}),
    timeout: 600_000,
    concurrency: 1,
  },
  soak: {
    files: () =>
      [...suites.main.files(), ...suites.interop.files()].filter((file) =>
        /\/(?:property|fuzz|soak)\.js"/.test(readFileSync(file, "utf8")),
      ),
    environment: () => ({
      ENVOI_SEED: freshSeed,
      ENVOI_RUNS: process.env.ENVOI_RUNS ?? "10000",
      ENVOI_FUZZ: process.env.ENVOI_FUZZ ?? "100000000",
      ENVOI_MAILS: process.env.ENVOI_MAILS ?? "1000000",
      ENVOI_DAMAGED: process.env.ENVOI_DAMAGED ?? "10000",
      ENVOI_DMARC_CASES: process.env.ENVOI_DMARC_CASES ?? "12000",
    }),
    timeout: 24 * 3_600_000,
    concurrency: availableParallelism(),
  },
};

const given = process.argv.slice(2);
const suiteName =
  given.find((argument) => argument.startsWith("--suite="))?.slice("--suite=".length) ?? "main";
const options = given.filter((argument) => argument.startsWith("-") && !argument.startsWith("--suite="));
const parts = given.filter((argument) => !argument.startsWith("-"));
const suite = suites[suiteName];
if (suite === undefined) fail(`There is no suite ${suiteName}; there are ${Object.keys(suites).join(", ")}.`);

const files = suite.files().filter((file) => parts.every((part) => file.includes(part)));
if (files.length === 0) fail(`The suite ${suiteName} has no test file ${parts.join(" and ")}`.trimEnd());

// Written at once, in case the run does not finish.
if (suiteName === "soak") console.log(`ENVOI_SEED=${freshSeed}`);
const counts = mkdtempSync(join(tmpdir(), "envoi-counts-"));
const environment = {
  ...process.env,
  ENVOI_COUNTS: counts,
  ENVOI_FILE_TIMEOUT: saidOf("--test-timeout") ?? String(suite.timeout),
  ...suite.environment(),
};
const ordinary = files.filter((file) => !needsNode22(file));
const modern = files.filter(needsNode22);
// Both run, so one call shows every failure.
const statuses = [
  ...(ordinary.length > 0 ? [runTests(process.execPath, ordinary)] : []),
  ...(modern.length > 0 ? [runTests(node22(), modern)] : []),
];
tellCounts();
rmSync(counts, { recursive: true });
process.exit(statuses.find((status) => status !== 0) ?? 0);

function runTests(program, list) {
  const { status, error } = spawnSync(
    program,
    // Lists of files, because Node 20 does not expand globs, and 22 and 24 accept no folders.
    [
      "--enable-source-maps",
      "--import=./.ci/end-test-file.js",
      "--test",
      ...unlessSaid("--test-reporter", "spec"),
      ...unlessSaid("--test-concurrency", suite.concurrency),
      `--test-timeout=${suite.timeout}`,
      ...options,
      ...list,
    ],
    { stdio: "inherit", env: environment },
  );
  if (error !== undefined) throw error;
  return status ?? 1;
}

/**
 * Each test process writes a file with how many properties ran, how often, and how many inputs were fuzzed; see
 * test/fast-check.ts and test/fuzz/effort.ts.
 */
function tellCounts() {
  const all = readdirSync(counts).map((name) => JSON.parse(readFileSync(join(counts, name), "utf8")));
  const sum = (what) => all.reduce((total, each) => total + (each[what] ?? 0), 0);
  const told = [];
  if (sum("properties") > 0) told.push(`properties: ${sum("properties")}, run ${sum("runs")} times in all`);
  if (sum("inputs") > 0) told.push(`inputs fuzzed: ${sum("inputs")}`);
  if (told.length > 0) console.log(`${told.join("; ")}; with ENVOI_SEED=${all[0].seed}`);
}

/** What was said of an option with a value. */
function saidOf(option) {
  return options.find((given) => given.startsWith(`${option}=`))?.slice(option.length + 1);
}

/** A default for an option of Node's test runner. */
function unlessSaid(option, value) {
  return options.some((given) => given.startsWith(option)) ? [] : [`${option}=${value}`];
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
