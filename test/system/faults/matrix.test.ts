import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { Credentials, type SendReport, type SmtpError, Tls, TlsParameters, type Transport } from "envoi";
import { TestServer } from "envoi/testing";
import { systemClock } from "#src/net/clock.js";
import { quickClock } from "../../quick-clock.js";
import { thorough } from "../../soak.js";
import { turnedBy } from "../../transport/smtp/turned.js";
import { type FaultRow, type Mode, table, type Way } from "./table.js";

const modes: readonly Mode[] = thorough
  ? ["none", "opportunistic", "required", "wrapper"]
  : ["none", "required"];
const ways: readonly Way[] = ["stepwise", "lone", "chained", "window"];

/** Every fault that a server commits, at every phase, in every Tls mode, in every way of pipelining. */
describe("a fault of the server has the listed effect on a mail and on those beside it", {
  concurrency: 8,
}, () => {
  const stray: unknown[] = [];
  const note = (error: unknown) => stray.push(error);
  process.on("unhandledRejection", note);
  after(() => {
    process.off("unhandledRejection", note);
    assert.deepEqual(stray, []);
  });

  for (const row of table) {
    test(row.name, async () => {
      const cells = (row.modes ?? modes).flatMap((mode) =>
        (row.ways ?? ways).filter((way) => ways.includes(way)).map((way) => ({ mode, way })),
      );
      const told = await Promise.all(cells.map(({ mode, way }) => play(row, mode, way)));
      const expected = cells.flatMap(({ mode, way }) => expectation(row, mode, way));
      const seen = told.flat().map((text, i) => (agrees(text, expected[i] ?? "") ? expected[i] : text));
      assert.deepEqual(seen, expected);
    });
  }
});

/** Whether an outcome is one of those expected, which may leave the phase open. */
function agrees(told: string, expected: string): boolean {
  const [cell, outcomes = ""] = expected.split(": ");
  return outcomes.split(" or ").some((one) => `${told} `.startsWith(`${cell}: ${one} `));
}

function expectation(
  { two, inWindow = two, behindInWindow, others = "accepted" }: FaultRow,
  mode: Mode,
  way: Way,
): string[] {
  const struck = way === "window" ? inWindow : two;
  const [kind, delivery] = struck.split(" ");
  // What was out behind a mail when the connection broke shares its lot.
  const lost = delivery === "unknown" ? `accepted or ${kind} unknown` : others;
  const behind = way === "window" ? (behindInWindow ?? lost) : others;
  const outcomes: Readonly<Record<string, string>> = { one: others, two: struck, three: behind };
  return names(way).map((name) => `${mode} ${way} ${name}: ${outcomes[name]}`);
}

function names(way: Way): readonly string[] {
  return way === "lone" ? ["two"] : ["one", "two", "three"];
}

/** Sends mails over one connection, and tells what became of each. */
async function play(row: FaultRow, mode: Mode, way: Way): Promise<string[]> {
  await using server = await TestServer.start({
    tls: mode === "none" ? "none" : mode === "wrapper" ? "implicit" : "starttls",
    ...(row.credentials && { users: { shop: "secret" } }),
  });
  for (const fault of row.faults) server.fail(fault);
  const parameters = () => TlsParameters.builder("localhost").addRootCertificate(server.ca).build();
  const builder = turnedBy(row.stalls ? quickClock(10) : systemClock, "127.0.0.1")
    .port(server.port)
    .tls(
      {
        none: () => Tls.None,
        opportunistic: () => Tls.Opportunistic(parameters()),
        required: () => Tls.Required(parameters()),
        wrapper: () => Tls.Wrapper(parameters()),
      }[mode](),
    )
    .pipelining(({ stepwise: "off", lone: "auto", chained: "auto", window: "window" } as const)[way])
    .timeout(30_000)
    .deadline(10_000_000)
    .pool({ maxSize: 1 });
  if (row.credentials) builder.credentials(Credentials.password("shop", "secret"));
  const transport = builder.build();
  const outcomes = await Promise.all(
    names(way).map(async (name) => {
      const told = await send(transport, name, row.streamed === true && name === "two").then(
        () => "accepted",
        ({ kind, delivery, phase }: SmtpError) => `${kind} ${delivery} ${phase}`,
      );
      return [name, told] as const;
    }),
  );
  await transport.close();
  checkStored(server, outcomes, row.name);
  return outcomes.map(([name, told]) => `${mode} ${way} ${name}: ${told}`);
}

/** What was accepted is there once, what was refused or not sent is not, and what is unknown is there once at most. */
function checkStored(
  server: TestServer,
  outcomes: readonly (readonly [string, string])[],
  row: string,
): void {
  for (const [name, outcome] of outcomes) {
    const stored = server.messages.filter(({ to }) => to[0] === `${name}@example.net`).length;
    const most = outcome === "accepted" || outcome.includes(" unknown ") ? 1 : 0;
    const least = outcome === "accepted" ? 1 : 0;
    assert.ok(stored >= least && stored <= most, `${row}: ${name} is ${outcome}, and stored ${stored} times`);
  }
}

function send(transport: Transport, name: string, streamed: boolean): Promise<SendReport> {
  const from = `${name}@example.org`;
  const to = [`${name}@example.net`];
  if (!streamed) return transport.send({ from, to, subject: name, text: "hello" });
  return transport.sendRaw({ from, to }, async function* () {
    yield Buffer.from(`Subject: ${name}\r\n\r\n`);
    // More than two sockets hold.
    for (let piece = 0; piece < 256; piece++) yield text;
  });
}

const text = Buffer.from("x".repeat(62).concat("\r\n").repeat(1024));
