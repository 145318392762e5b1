import { execFile } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Cost } from "../report/cost.ts";
import { foreignProgram } from "../report/program.ts";
import type { Course, Track } from "./course.ts";
import { recipient, sender, text, textSize } from "./mail.ts";

const run = promisify(execFile);

/** A sender. */
export interface Entrant {
  readonly name: string;
  /** Whether it supports the track. */
  enters(track: Track): boolean;
  send(track: Track, course: Course): Promise<Cost>;
}

/** All senders; the one in Python with this interpreter. */
export function entrants(python: string): readonly Entrant[] {
  const smtplib = fileURLToPath(new URL("../../../bench/client/smtplib-sender.py", import.meta.url));
  return [
    { name: "off", enters: inClear, send: (_, course) => ours("envoi", course, "off") },
    { name: "auto", enters: anywhere, send: (_, course) => ours("envoi", course, "auto") },
    // smtp-sink has no CHUNKING, so "window" would be "auto" there.
    {
      name: "window",
      enters: ({ target }) => target !== "smtp-sink",
      send: (_, course) => ours("envoi", course, "window"),
    },
    { name: "bare", enters: near, send: (_, course) => ours("bare", course) },
    { name: "nodemailer", enters: anywhere, send: (_, course) => ours("nodemailer", course) },
    { name: "upyo", enters: anywhere, send: (_, course) => ours("upyo", course) },
    {
      name: "smtplib",
      enters: inClear,
      send: (_, course) => sent(python, smtplib, JSON.stringify(course), sender, recipient, text),
    },
    { name: "smtp-source", enters: inClear, send: source },
  ];
}

const anywhere = (): boolean => true;

/** For senders that are interesting without TLS only. */
const inClear = ({ tls }: Track): boolean => !tls;

/** For senders whose processor time is of interest. */
const near = ({ delay }: Track): boolean => delay === 0;

function ours(name: string, course: Course, ...args: readonly string[]): Promise<Cost> {
  const script = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
  return sent(process.execPath, script, JSON.stringify(course), ...args);
}

async function sent(program: string, ...args: readonly string[]): Promise<Cost> {
  const { stdout } = await run(program, args, { timeout: 60_000 });
  return JSON.parse(stdout);
}

/**
 * It sends a number of mails, not for a time. The time that its connections take to open is measured and subtracted.
 */
async function source({ delay }: Track, { port, connections, seconds }: Course): Promise<Cost> {
  const timed = (count: number): Promise<Cost> =>
    foreignProgram(
      count,
      ["smtp-source", "-d", "-s", connections, "-l", textSize, "-m", count]
        .concat("-f", sender, "-t", recipient, `127.0.0.1:${port}`)
        .map(String),
    );
  if (delay > 0) {
    const mails = connections * Math.ceil((seconds * 1000) / delay / 4);
    const [opened, all] = await Promise.all([timed(connections), timed(connections + mails)]);
    return {
      count: mails,
      seconds: all.seconds - opened.seconds,
      cpuSeconds: all.cpuSeconds - opened.cpuSeconds,
    };
  }
  const warm = await timed(200 * connections);
  return await timed(connections * Math.ceil(((warm.count / warm.seconds) * seconds) / connections));
}
