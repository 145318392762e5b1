import { table } from "../report/publish.ts";
import { nameOf, type Track, tracks } from "./course.ts";
import type { Results } from "./results.ts";
import { figure } from "./tables.ts";
import type { WholeProcesses } from "./whole-processes.ts";

/** An aim: at least or at most this number. */
interface Aim {
  readonly what: string;
  readonly wanted: number;
  readonly most?: boolean;
  readonly measured: number;
}

/** The aims, and the results. */
export function aimTable(results: Results, wholes: WholeProcesses): string {
  const rows = aims(results, wholes).map(({ what, wanted, most, measured }) => {
    const known = Number.isFinite(wanted) && Number.isFinite(measured);
    const reached = most ? measured <= wanted : measured >= wanted;
    const sign = most ? "at most" : "at least";
    return [
      what,
      `${sign} ${figure(wanted, 2)}`,
      figure(measured, 2),
      known ? (reached ? "yes" : "no") : "-",
    ];
  });
  return table(["", "wanted", "measured", "reached"], rows);
}

function aims(results: Results, wholes: WholeProcesses): readonly Aim[] {
  const sink: Track = { target: "smtp-sink", tls: false, delay: 0, connections: 4 };
  const byTls: Track = { target: "SmtpServer", tls: true, delay: 0, connections: 4 };
  const faster = (track: Track, rival: string, row = "auto"): number =>
    results.rate(track, row) / results.rate(track, rival);
  const cheaper = (rival: string): number => results.cpu(sink, rival) / results.cpu(sink, "auto");
  return [
    { what: `rate into ${nameOf(sink)}, of nodemailer's`, wanted: 15, measured: faster(sink, "nodemailer") },
    { what: "the same, of upyo's", wanted: 4, measured: faster(sink, "upyo") },
    { what: "the same, of smtp-source's", wanted: 2, measured: faster(sink, "smtp-source") },
    {
      what: "envoi's CPU time there, of the bare loop's",
      wanted: 1.8,
      most: true,
      measured: 1 / cheaper("bare"),
    },
    {
      what: "the same of a whole process of 40,000 mails",
      wanted: 2.8,
      most: true,
      measured: wholes.cpu(40_000, "auto") / wholes.cpu(40_000, "bare"),
    },
    {
      what: "rate of a whole process of 60,000 mails, of nodemailer's",
      wanted: 12,
      measured: wholes.rate(60_000, "auto") / wholes.rate(60_000, "nodemailer"),
    },
    { what: "nodemailer's CPU time there, of envoi's", wanted: 15, measured: cheaper("nodemailer") },
    { what: "upyo's CPU time there, of envoi's", wanted: 5, measured: cheaper("upyo") },
    {
      what: `rate into ${nameOf(byTls)}, of nodemailer's`,
      wanted: 10,
      measured: faster(byTls, "nodemailer"),
    },
    { what: "µs of CPU a mail there", wanted: 35, most: true, measured: results.cpu(byTls, "auto") },
    ...([50, 200] as const).flatMap((delay): Aim[] => {
      const single = tracks.filter((track) => track.delay === delay && track.connections === 1);
      const server: Track = { target: "SmtpServer", tls: false, delay, connections: 1 };
      const postfix: Track = { ...server, target: "Postfix" };
      const near = results.rate({ ...postfix, delay: 0 }, "window");
      return [
        {
          what: `rate of "auto" over 1 connection at ${delay} ms, of nodemailer's, the worst`,
          wanted: 1.9,
          measured: Math.min(...seen(single.map((track) => faster(track, "nodemailer")))),
        },
        {
          what: `round trips a mail of "auto" into smtp-sink, 1 connection, at ${delay} ms`,
          wanted: 1.05,
          most: true,
          measured: results.trips({ ...server, target: "smtp-sink" }, "auto"),
        },
        {
          what: `rate of "window" into SmtpServer, 1 connection, at ${delay} ms, of nodemailer's`,
          wanted: 50,
          measured: faster(server, "nodemailer", "window"),
        },
        {
          what: `rate of "window" into Postfix, 1 connection, at ${delay} ms, of nodemailer's`,
          // Or what Postfix can receive, of which a fifth may be lost on the way.
          wanted: Math.min(50, (0.8 * near) / results.rate(postfix, "nodemailer")),
          measured: faster(postfix, "nodemailer", "window"),
        },
      ];
    }),
  ];
}

function seen(values: readonly number[]): readonly number[] {
  return values.filter((value) => !Number.isNaN(value));
}
