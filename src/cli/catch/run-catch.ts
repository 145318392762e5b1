import process from "node:process";
import { Catcher } from "../../catcher/catcher.ts";
import { faultOf } from "../../catcher/lab/fault-json.ts";
import { EnvoiError } from "../../errors.ts";
import type { CommandHost } from "../command-host.ts";
import { CommandError, ExitStatus, fileStatus } from "../exit-status.ts";
import { fromFile, readJsonSettings } from "../input-file.ts";
import { jsonLine } from "../json-text.ts";
import { masked } from "../masked.ts";
import { styled, type Terminal } from "../terminal.ts";
import type { CatchFlags } from "./catch-flags.ts";
import { optionsOfFlags } from "./options-of-flags.ts";

/** Catches mail until the process is told to stop. @throws CommandError if it cannot start. */
export async function runCatch(flags: CatchFlags, { terminal }: CommandHost): Promise<void> {
  const options = optionsOfFlags(flags, terminal.environment);
  const onError = (error: unknown): void => {
    terminal.errors.write(`envoi: ${masked(error instanceof Error ? error.message : String(error))}\n`);
  };
  await using catcher = await start(() => Catcher.start({ ...options, onError }));
  // Who reads the addresses may stop it at once.
  const stopped = Promise.race([stopSignal(), starterGone(terminal.environment)]);
  if (flags.fail !== undefined) addFaults(catcher, flags.fail);
  const authority =
    flags.tls === undefined || flags.cert !== undefined ? undefined : catcher.server.env.NODE_EXTRA_CA_CERTS;
  terminal.output.write(flags.json ? jsonOf(catcher, authority) : textOf(catcher, authority, terminal));
  await stopped;
}

async function start(begin: () => Promise<Catcher>): Promise<Catcher> {
  try {
    return await begin();
  } catch (error) {
    if (!EnvoiError.is(error)) throw error;
    if (error.kind === "connection")
      throw new CommandError(error.message, ExitStatus.system, { cause: error });
    throw inFlags(error);
  }
}

function addFaults(catcher: Catcher, path: string): void {
  const given = readJsonSettings("--fail", path);
  fromFile("--fail", path, "settings", () => catcher.server.fail(...[given].flat().map(faultOf)));
}

/** Resolves when the process is told to stop. The second time it ends at once. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let count = 0;
    const stop = (): void => {
      if (++count > 1) process.exit(130);
      resolve();
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  });
}

/**
 * Resolves when the npx that started the command has ended: npx passes no signal on, so a program that stops it would
 * leave the catcher behind.
 */
function starterGone(environment: Terminal["environment"]): Promise<void> {
  if (environment["npm_command"] !== "exec") return new Promise(() => {});
  const starter = process.ppid;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (process.ppid === starter) return;
      clearInterval(timer);
      resolve();
    }, 500);
    // Only the catcher keeps the process alive: it must end when the catcher is closed by a signal or an error.
    timer.unref();
  });
}

function jsonOf({ smtpUrl, url }: Catcher, authority: string | undefined): string {
  return `${jsonLine({ smtp: smtpUrl, http: url, ...(authority !== undefined && { ca: authority }) })}\n`;
}

function textOf({ smtpUrl, url }: Catcher, authority: string | undefined, terminal: Terminal): string {
  const bold = (text: string): string => styled(terminal, terminal.output, "bold", text);
  return (
    `Send mail to ${bold(smtpUrl)}\nSee it at    ${bold(url)}\n` +
    (authority === undefined ? "" : `Trust        ${authority}\n`) +
    "Ctrl-C stops it.\n"
  );
}

/** An error about options, in the words of the command line. */
function inFlags(error: EnvoiError): CommandError {
  const [, option = "", rest] = /^([\w.]+)(?:\[\d+\])?(:.*)$/s.exec(error.message) ?? [];
  const flag = flagOf[option];
  const message = flag === undefined ? error.message : `${flag}${rest}`;
  return new CommandError(message, statusOf[flag ?? ""] ?? ExitStatus.usage, { cause: error });
}

/** The exit status for a flag that names what cannot be used; other mistakes are wrong usage. */
const statusOf: Readonly<Record<string, ExitStatus>> = {
  "--cert": fileStatus.settings.wrong,
  "--key": fileStatus.settings.wrong,
  "--keep": ExitStatus.cannotCreate,
};

const flagOf: Readonly<Record<string, string>> = {
  "smtp.host": "--smtp",
  "http.host": "--http",
  "http.names": "--host",
  "http.origins": "--allow-origin",
  "http.auth.user": "--auth",
  "smtp.verify.clientAddress": "--client-ip",
  "relay.url": "--relay",
  "relay.recipients": "--relay-to",
  url: "--relay",
  webhook: "--webhook",
  keep: "--keep",
  certificates: "--cert",
  "certificates.cert": "--cert",
  "certificates.key": "--key",
};
