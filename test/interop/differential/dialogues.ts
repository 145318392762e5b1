import { hellos, paths } from "./addresses.ts";
import { chunks } from "./chunks.ts";
import { commandsInStates } from "./commands-in-states.ts";
import { contents } from "./contents.ts";
import {
  content,
  type Dialogue,
  data,
  ehlo,
  helo,
  mail,
  NUMBER,
  octets,
  rcpt,
  type Step,
  say,
  sayUtf8,
} from "./dialogue.ts";
import { groupsAfterEhlo } from "./groups.ts";
import { lines, rawLines } from "./lines.ts";
import { logins } from "./logins.ts";
import { message } from "./message.ts";
import { mailParameters, rcptParameters } from "./parameters.ts";
import { upgrades } from "./upgrades.ts";

/** All dialogues; every name is of one only. */
export function* dialogues(): Iterable<Dialogue> {
  yield* commandsInStates();
  yield* oneEach(
    "MAIL",
    [ehlo],
    paths.map((path) => `MAIL FROM:${path}`),
    [rcpt],
  );
  yield* oneEach(
    "MAIL",
    [ehlo],
    mailParameters.map((each) => `MAIL FROM:<a@b.example> ${each}`),
    [rcpt],
  );
  yield* oneEach(
    "MAIL after HELO",
    [helo],
    mailParameters.slice(0, 1).map((each) => `MAIL FROM:<a@b.example> ${each}`),
  );
  const utf8 = ["<ä@b.example>", "<a@ä.example>", '<"ä b"@b.example>'];
  yield* oneEach(
    "MAIL",
    [ehlo],
    utf8.map((path) => `MAIL FROM:${path} SMTPUTF8`),
    [sayUtf8(`RCPT TO:<ä${NUMBER}@inbox.example>`)],
  );
  yield* oneEach(
    "RCPT",
    [ehlo, mail],
    paths.map((path) => `RCPT TO:${path.replace(/b\.example/, "inbox.example")}`),
    [data, content(`${message}.\r\n`)],
  );
  const others = [
    "<postmaster>",
    "<POSTMASTER>",
    "<postmaster@inbox.example>",
    "<a@elsewhere.example>",
    "<nobody@inbox.example>",
  ];
  yield* oneEach(
    "RCPT",
    [ehlo, mail],
    others.map((path) => `RCPT TO:${path}`),
  );
  yield* oneEach(
    "RCPT",
    [ehlo, mail],
    rcptParameters.map((each) => `RCPT TO:<d${NUMBER}@inbox.example> ${each}`),
    [data],
  );
  for (const verb of ["EHLO", "HELO"])
    yield* oneEach(
      verb,
      [],
      hellos.map((name) => `${verb}${name}`),
      [mail],
    );
  yield* oneEach("line", [ehlo], lines, [say("NOOP")]);
  for (const [text, replies] of rawLines)
    yield {
      name: `octets: ${JSON.stringify(text)}`,
      service: "plain",
      steps: [ehlo, octets(text, replies), say("NOOP")],
    };
  for (const [name, [text, replies]] of Object.entries(contents))
    yield {
      name: `content: ${name}`,
      service: "plain",
      steps: [ehlo, mail, rcpt, data, content(text, replies), say("NOOP")],
    };
  for (const [name, steps] of Object.entries(chunks))
    yield { name: `BDAT: ${name}`, service: "plain", steps: [ehlo, mail, rcpt, ...steps, say("NOOP")] };
  yield* groupsAfterEhlo();
  for (const [name, steps] of Object.entries(logins))
    yield { name: `AUTH: ${name}`, service: "plainAuth", steps: [ehlo, ...steps] };
  for (const [name, steps] of Object.entries(upgrades))
    yield { name: `STARTTLS: ${name}`, service: "starttls", steps };
}

function* oneEach(
  what: string,
  before: readonly Step[],
  lines: readonly string[],
  after: readonly Step[] = [],
): Iterable<Dialogue> {
  for (const line of lines) {
    const shown = line.length > 60 ? `${line.slice(0, 50)}... (${line.length})` : line;
    yield { name: `${what}: ${shown}`, service: "plain", steps: [...before, sayUtf8(line), ...after] };
  }
}
