import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { type DkimVerdict, Resolver, verifyDkim, type Zone } from "envoi/verify";
import { numberFrom } from "../environment.ts";
import { Random } from "../fuzz/random.ts";
import { letters, write } from "../message/arbitrary-message.ts";
import { fc } from "../property.ts";
import { type Damaged, damage, kinds, records } from "./damage.ts";
import { attempt } from "./program.ts";
import { runScript, scriptPath } from "./python.ts";

// The oracles are dkimpy, OpenDKIM and mailauth in its strict mode. All get the same mails, most of them damaged, and
// the same DNS in every state. What counts is whether a signature passes; each difference has a reason in an RFC.

const MAILS = numberFrom("ENVOI_DAMAGED", 1000);
/** OpenDKIM is a process for each mail. */
const FOR_OPENDKIM = Math.min(MAILS, 220);
const folder = "/var/cache/envoi/programs/mailauth";

type Oracle = "dkimpy" | "mailauth" | "opendkim";

/** Where an oracle passes what we do not pass, or does not pass what we pass, by the kind of damage. */
const differences: readonly (readonly [Oracle, kind: string, reason: string])[] = [
  ["dkimpy", "From not signed", "RFC 6376 6.1.1: if h= does not name From, the signature is not valid"],
  ["dkimpy", "a key for another hash", "RFC 6376 6.1.2: the hash must be one that h= of the key names"],
  [
    "dkimpy",
    "a strict key with an identity below",
    "RFC 6376 3.6.1: with t=s, i= must have the domain of d=",
  ],
  ["mailauth", "from the future", "RFC 6376 3.5: such signatures may be ignored; it does not look at t="],
  ["opendkim", "a record with a tag twice", "RFC 6376 3.2: a tag that is given twice makes the list invalid"],
  [
    "opendkim",
    "other folds",
    "RFC 6376 3.4.1: simple changes nothing; milters do not see white space before a value",
  ],
  ...(["dkimpy", "mailauth", "opendkim"] as const).flatMap((oracle) => [
    [oracle, "only the beginning signed", "RFC 6376 8.2: what l= leaves unsigned may be anybody's"] as const,
    [oracle, "nothing of the body signed", "RFC 6376 8.2: what l= leaves unsigned may be anybody's"] as const,
    [oracle, "more signed than there is", "RFC 6376 3.5: l= must not be larger than the body"] as const,
    [
      oracle,
      "lines that end in LF in the wrong place",
      "RFC 6376 2.3: a line ends in CRLF, and LF alone is an octet like others; they change it first",
    ] as const,
  ]),
];

/** This has a result of its own, with every oracle. */
const temporary = "no answer for the key";

test("a signature passes if it passes with dkimpy, OpenDKIM and mailauth, whatever the damage", async (t) => {
  const mails = generated();
  const zone = Object.fromEntries(
    Object.entries(records).map(([name, record]) => [
      name,
      record === null ? {} : { TXT: record === "temporary" ? "temporary" : [record] },
    ]),
  );
  const resolver = Resolver.zone(zone as Zone);
  const ours = await Promise.all(mails.map(async ({ mail }) => (await verifyDkim(mail, { resolver }))[0]));
  const theirs: readonly (readonly [Oracle, readonly string[]])[] = [
    ["dkimpy", await byScript(mails)],
    ["mailauth", await byMailauth(mails)],
    ["opendkim", await byOpenDkim(mails.slice(0, FOR_OPENDKIM))],
  ];
  const counts = new Map<string, number[]>();
  for (const [index, { kind }] of mails.entries()) {
    const [all = 0, passed = 0] = counts.get(kind) ?? [];
    counts.set(kind, [all + 1, passed + (ours[index]?.result === "pass" ? 1 : 0)]);
  }
  t.diagnostic(`mails and passes by kind: ${JSON.stringify(Object.fromEntries(counts))}`);
  const passes = ours.filter((verdict) => verdict?.result === "pass").length;
  t.diagnostic(`${MAILS} mails, ${passes} pass; ${counts.size} kinds`);
  assert.ok(passes * 2 <= MAILS, "at least half must not pass");
  assert.ok(counts.size >= 30);
  for (const [kind, [all = 0]] of counts) assert.ok(all >= MAILS / 100, `${kind}: ${all}`);
  const known = new Map<string, number>();
  const wrong = new Set<string>();
  for (const [oracle, verdicts] of theirs) {
    for (const [index, verdict] of verdicts.entries()) {
      const { kind = "" } = mails[index] ?? {};
      const own = ours[index];
      if ((own?.result === "pass") === verdict.startsWith("pass")) continue;
      const row = differences.find(([who, what]) => who === oracle && what === kind);
      if (row === undefined) wrong.add(difference(oracle, kind, verdict, own));
      else known.set(`${oracle}, ${kind}: ${row[2]}`, (known.get(`${oracle}, ${kind}: ${row[2]}`) ?? 0) + 1);
    }
  }
  t.diagnostic(`known differences: ${JSON.stringify(Object.fromEntries(known), undefined, 1)}`);
  for (const [index, { kind }] of mails.entries())
    if (kind === temporary) assert.equal(ours[index]?.result, "temperror");
  assert.deepEqual([...wrong], [], [...wrong].join("\n"));
});

function difference(oracle: Oracle, kind: string, theirs: string, own?: DkimVerdict): string {
  return `${kind}: ${oracle} says ${theirs}, we say ${own?.result} ${own?.code}`;
}

/** Each kind of damage as often as the others. */
function generated(): Damaged[] {
  const random = new Random(numberFrom("ENVOI_SEED", 1));
  const letter = fc.sample(letters, { numRuns: 100, seed: 13 }).map((each) => write(each).formatted());
  const names = Object.keys(kinds);
  return Array.from({ length: MAILS }, (_, index) => {
    const kind = names[index % names.length] ?? "none";
    const base = letter[random.below(letter.length)] ?? Buffer.alloc(0);
    return damage(kind, base, random.below(12), random.below(1000) / 1000);
  });
}

function encoded(mails: readonly Damaged[]): string {
  return JSON.stringify({ mails: mails.map(({ mail }) => mail.toString("base64")), records });
}

async function byScript(mails: readonly Damaged[]): Promise<string[]> {
  return JSON.parse(await runScript("dkimpy-verify.py", [], encoded(mails)));
}

function byMailauth(mails: readonly Damaged[]): Promise<string[]> {
  const node = join(folder, "node_modules", `node-${process.platform}-${process.arch}`, "bin", "node");
  return new Promise((resolve, reject) => {
    const options = { maxBuffer: 1 << 28 };
    const arguments_ = [scriptPath("mailauth-verify.mjs"), `${folder}/`];
    const child = execFile(node, arguments_, options, (error, stdout) => {
      if (error === null) resolve(JSON.parse(stdout));
      else reject(new Error("cannot run mailauth: bash .ci/programs", { cause: error }));
    });
    child.stdin?.on("error", () => {}).end(encoded(mails));
  });
}

async function byOpenDkim(mails: readonly Damaged[]): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), "envoi-damage-"));
  try {
    const keys = join(directory, "keys");
    const lines = Object.entries(records).flatMap(([name, record]) =>
      record === null || record === "temporary" ? [] : [`${name} ${record}\n`],
    );
    await writeFile(keys, lines.join(""));
    await writeFile(join(directory, "conf"), `TestPublicKeys ${keys}\nMode v\n`);
    const verdicts: string[] = [];
    for (const [index, { mail }] of mails.entries()) {
      const file = join(directory, `${index}.eml`);
      await writeFile(file, mail);
      // It ends with an error at mails that it does not look at, such as those with two From fields.
      const { stdout, stderr } = await attempt("opendkim", [
        "-x",
        join(directory, "conf"),
        "-t",
        file,
        "-vv",
      ]);
      verdicts.push(/dkim=(\w+)/.exec(`${stdout.toString()}${stderr}`)?.[1] ?? "none");
    }
    return verdicts;
  } finally {
    await rm(directory, { recursive: true });
  }
}
