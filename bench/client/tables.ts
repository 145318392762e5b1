import { table } from "../report/publish.ts";
import { nameOf, type Track } from "./course.ts";
import type { Results } from "./results.ts";

const columns = [
  ...(["off", "auto", "window", "bare", "nodemailer", "upyo", "smtplib", "smtp-source"] as const),
];
const head = columns.map((name) => (["off", "auto", "window"].includes(name) ? `envoi, "${name}"` : name));

/** Mails per second at one delay, with envoi's two faster modes compared with nodemailer. */
export function rateTable(all: readonly Track[], results: Results): string {
  const tracks = all.filter((track) => results.has(track));
  const ratios = ["auto", "window"].map((row) => [row, "nodemailer"] as const);
  return table(
    ["", ...head, ...ratios.map(([row, rival]) => `"${row}" / ${rival}`)],
    tracks.map((track) => [
      nameOf(track),
      ...columns.map((name) => figure(results.rate(track, name))),
      ...ratios.map(([row, rival]) => figure(results.rate(track, row) / results.rate(track, rival))),
    ]),
  );
}

/** Microseconds of processor time per mail. */
export function cpuTable(all: readonly Track[], results: Results): string {
  const tracks = all.filter((track) => results.has(track));
  return table(
    ["", ...head],
    tracks.map((track) => [nameOf(track), ...columns.map((name) => figure(results.cpu(track, name)))]),
  );
}

/** Round trips per mail. */
export function tripTable(all: readonly Track[], results: Results): string {
  const tracks = all.filter((track) => results.has(track));
  return table(
    ["", ...head],
    tracks.map((track) => [
      `${track.delay} ms, ${nameOf(track)}`,
      ...columns.map((name) => figure(results.trips(track, name), 2)),
    ]),
  );
}

/** A missing result has no figure. */
export function figure(value: number, digits = 1): string {
  if (!(value > 0 && value < Number.POSITIVE_INFINITY)) return "-";
  return value < 10 ? value.toFixed(digits) : value.toFixed(0);
}
