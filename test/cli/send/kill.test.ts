import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type Fault, type FaultPoint, TestServer } from "envoi/testing";
import { parseState, type RowState } from "#src/cli/send/many/row-state.js";
import { mails, seed, thorough } from "../../soak.js";
import { sendProcess } from "./child.ts";

const KILLS = thorough ? 10 : 3;
/** Two for each connection, and some that a lost connection has given back. */
const UNDER_WAY = 15;
const rows = thorough ? Math.min(mails, 10_000) : 300;

/**
 * A run is killed several times, each time at a random moment of a random mail, while the server misbehaves. In the end
 * what the command says of each row is compared with what the server has stored.
 */
test(`A run that is killed at random moments loses nothing and sends nothing twice, seed ${seed}`, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "envoi-kill-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const [data, resume] = [join(folder, "rows.csv"), join(folder, "rows.state")];
  writeFileSync(
    data,
    `id,email\n${Array.from({ length: rows }, (_, id) => `${id},r${id}@example.net`).join("\n")}\n`,
  );
  await using server = await TestServer.start({ keep: { messages: rows * 3, connections: 10 } });
  for (const fault of faults) server.fail(fault);
  const args = [
    ...["--relay", `localhost:${server.port}`, "--from", "news@example.org", "--to", "{{email}}"],
    ...["--subject", "Mail {{id}}", "--text", "Hello", "--data", data, "--resume", resume, "--key", "id"],
  ];
  let kills = 0;
  let unknown = 0;
  for (let run = 0; run < KILLS; run++) {
    const { child, done } = sendProcess(args);
    const { at, after } = moment(run);
    let passed = 0;
    // It never strikes: the server only asks whether it should.
    const watch = server.fail({
      at,
      delay: 0,
      when: {
        test: () => {
          if (++passed === after) child.kill("SIGKILL");
          return false;
        },
      },
    });
    const { signal } = await done;
    watch.lift();
    if (signal !== "SIGKILL") continue;
    kills++;
    const now = open(statesIn(resume));
    assert.ok(now.length - unknown <= UNDER_WAY, `${now.length - unknown} became unknown by one kill`);
    unknown = now.length;
  }
  assert.ok(kills >= KILLS / 2, `only ${kills} runs were killed`);
  let last = await sendProcess(args).done;
  for (let again = 0; again < 20 && summary(last.output).later > 0; again++)
    last = await sendProcess(args).done;
  const states = statesIn(resume);
  const stored = storedIn(server);
  const told = new Set(unknownIn(last.output));
  for (let id = 0; id < rows; id++) {
    const [line, count] = [id + 2, stored.get(`r${id}@example.net`) ?? 0];
    const { outcome } = states.get(line) ?? { outcome: "none" };
    const possible = { accepted: [1], refused: [0], unknown: [0, 1], begun: [0, 1] }[outcome as string] ?? [];
    assert.ok(possible.includes(count), `row ${id} is ${outcome} and was stored ${count} times`);
    assert.equal(told.has(line), outcome === "unknown" || outcome === "begun", `row ${id}, ${outcome}`);
  }
  const { accepted, refused, unknown: held, later } = summary(last.output);
  assert.deepEqual([accepted + refused + held, later, held], [rows, 0, told.size]);
  assert.equal(last.status, held > 0 ? 70 : 69);
  // Asked to, it sends those again, and nothing else.
  const before = new Map(stored);
  for (let again = 0; again < 20; again++) {
    last = await sendProcess([...args, "--unknown", "again"]).done;
    const { unknown, later } = summary(last.output);
    if (unknown + later === 0) break;
  }
  for (const [address, count] of storedIn(server))
    if (count !== before.get(address)) assert.ok(told.has(Number(/\d+/.exec(address)?.[0]) + 2), address);
  const [after, all] = [statesIn(resume), storedIn(server)];
  for (let id = 0; id < rows; id++)
    assert.ok(all.has(`r${id}@example.net`) || after.get(id + 2)?.outcome === "refused", `row ${id} is lost`);
  console.log(
    `seed ${seed}: ${rows} rows, ${kills} kills, ${accepted} accepted, ${refused} refused, ${held} unknown`,
  );
});

const faults: readonly Fault[] = [
  { at: "rcpt", reply: "450 4.2.1 later", when: { chance: 0.02, seed } },
  { at: "rcpt", reply: "550 5.1.1 no", when: { recipient: /^r\d*7@/, chance: 0.1, seed: seed + 1 } },
  { at: "mail", reply: "421 4.3.2 closing", when: { chance: 0.003, seed: seed + 2 } },
  { at: "data", drop: "before", when: { chance: 0.003, seed: seed + 3 } },
  { at: "content", drop: "before", when: { chance: 0.003, seed: seed + 4 } },
  { at: "final", drop: "before", when: { chance: 0.003, seed: seed + 5 } },
  { at: "final", reply: "452 4.3.1 full", when: { chance: 0.01, seed: seed + 6 } },
];

/** When a run is killed: at the so-manieth time that the server comes to a point. */
function moment(run: number): { at: FaultPoint; after: number } {
  const random = createHash("sha256").update(`${seed} ${run}`).digest();
  const points: readonly FaultPoint[] = ["connect", "mail", "rcpt", "data", "content", "final"];
  const at = points[random.readUInt16BE(0) % points.length] as FaultPoint;
  const share = rows / (KILLS + 2);
  return {
    at,
    after: at === "connect" ? 2 : 1 + Math.floor(share * (0.5 + random.readUInt32BE(2) / 2 ** 32)),
  };
}

function statesIn(path: string): Map<number, RowState> {
  const states = new Map<number, RowState>();
  for (const text of readFileSync(path, "utf8").split("\n").slice(1)) {
    const parsed = parseState(text);
    if (parsed !== undefined) states.set(parsed.line, parsed.state);
  }
  return states;
}

function open(states: Map<number, RowState>): RowState[] {
  return [...states.values()].filter(({ outcome }) => outcome === "begun");
}

function storedIn(server: TestServer): Map<string, number> {
  const stored = new Map<string, number>();
  for (const { to } of server.messages)
    for (const address of to) stored.set(address, (stored.get(address) ?? 0) + 1);
  return stored;
}

function linesIn(output: string): Record<string, unknown>[] {
  return output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

function summary(output: string): Record<"accepted" | "refused" | "unknown" | "later", number> {
  return linesIn(output).at(-1) as never;
}

function unknownIn(output: string): number[] {
  return linesIn(output)
    .filter(({ outcome }) => outcome === "unknown")
    .map(({ line }) => line as number);
}
