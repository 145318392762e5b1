/**
 * Sending 4 kB text mails from a pool that always has a backlog: envoi in its modes, a loop over bare sockets,
 * nodemailer, upyo, Python's smtplib, and Postfix's smtp-source; into smtp-sink, envoi's server and Postfix; in
 * plaintext and over TLS; directly and through a relay that delays. `--rounds=` sets the number of rounds, `--only=` a
 * pattern of what to run: `--only="50 ms.*window"`, `--only=whole` for fresh processes that send tens of thousands of
 * mails.
 */
import process from "node:process";
import { aimTable } from "./client/aims.ts";
import { nameOf, tracks } from "./client/course.ts";
import { entrants } from "./client/entrants.ts";
import { race } from "./client/race.ts";
import { Results } from "./client/results.ts";
import { roundTrips } from "./client/round-trips.ts";
import { cpuTable, rateTable, tripTable } from "./client/tables.ts";
import { Targets } from "./client/targets.ts";
import { WholeProcesses } from "./client/whole-processes.ts";
import { isInstalled } from "./report/program.ts";
import { publish } from "./report/publish.ts";

for (const name of ["smtp-sink", "smtp-source", "postfix", "saslpasswd2", "openssl", "python3"]) {
  if (await isInstalled(name)) continue;
  console.error(
    `This benchmark needs ${name}: apt-get install postfix sasl2-bin libsasl2-modules openssl python3`,
  );
  process.exit(1);
}

const smoke = process.argv.includes("--smoke");
const rounds = Number(said("rounds") ?? (smoke ? 1 : 7));
const only = new RegExp(said("only") ?? "");

await using targets = await Targets.start();
const results = new Results();
const wholes = new WholeProcesses();
const wholesToo = only.test("whole");
const runs = tracks.flatMap((track) =>
  entrants("python3")
    .filter((entrant) => entrant.enters(track))
    .map((entrant) => ({ track, entrant }))
    .filter(({ entrant }) => only.test(`${track.delay} ms, ${nameOf(track)}: ${entrant.name}`)),
);
for (let round = 1; round <= rounds; round++) {
  process.stderr.write(`round ${round} of ${rounds}\n`);
  // With a long delay most of the time is waiting, which is always the same: two rounds are enough.
  const far = round <= 2;
  for (const delay of far ? ([50, 200] as const) : [])
    results.addRoundTrips(delay, await roundTrips(targets.port({ target: "smtp-sink", tls: false, delay })));
  await race(
    runs.filter(({ track }) => track.delay === 0 || far),
    targets,
    results,
    smoke,
  );
  if (wholesToo) await wholes.round(entrants("python3"), targets, smoke);
}

const at = (delay: number) => tracks.filter((track) => track.delay === delay);
publish("client-rates", rateTable(at(0), results));
publish("client-cpu", cpuTable(at(0), results));
publish("client-50", rateTable(at(50), results));
publish("client-200", rateTable(at(200), results));
publish("client-trips", tripTable([...at(50), ...at(200)], results));
publish("client-whole", wholes.table());
publish("client-aims", aimTable(results, wholes));

function said(option: string): string | undefined {
  return process.argv.find((argument) => argument.startsWith(`--${option}=`))?.slice(option.length + 3);
}
