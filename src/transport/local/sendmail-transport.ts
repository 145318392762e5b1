import { spawn } from "node:child_process";
import { EnvoiError, type ErrorKind } from "../../errors.ts";
import { duration, listOf } from "../../text/options/option-kinds.ts";
import { type OptionReaders, readOptions, wrongOption } from "../../text/options/option-reader.ts";
import type { HandedMail } from "./handed-mail.ts";
import { RawTransport } from "./raw-transport.ts";
import { exitCodes } from "./sendmail-exit.ts";

/** How to call the program. */
export interface SendmailOptions {
  /** The program, looked up in PATH if it has no slash; `"sendmail"` by default. */
  readonly command?: string | undefined;
  /** Arguments before envoi's own, such as `["-C", "/etc/other/main.cf"]`. They do not pass through a shell. */
  readonly arguments?: readonly string[] | undefined;
  /** Milliseconds that the program may take; 600,000 by default. */
  readonly deadline?: number | undefined;
}

/**
 * Gives mail to the `sendmail` program of this machine, which Postfix, Exim, OpenSMTPD, msmtp and others include:
 * `sendmail -i -f sender -- recipient...`, with the message on its standard input, lines ending in LF.
 *
 * Recipients are arguments after `--`, so none can be taken for an option. Those of Bcc, which are not in the header,
 * get the mail too. The program queues the mail, so acceptance says nothing about its delivery.
 *
 * @example
 * ```ts
 * const transport = new SendmailTransport({ command: "/usr/sbin/sendmail" });
 * await transport.send(message);
 * ```
 */
export class SendmailTransport extends RawTransport {
  /** @throws EnvoiError of kind `"configuration"` if an option is not valid. */
  constructor(options: SendmailOptions = {}) {
    const {
      command = "sendmail",
      arguments: before = [],
      deadline = 600_000,
    } = readOptions(options, readers);
    super((mail) => run(command, before, mail), { deadline });
  }
}

const readers: OptionReaders<SendmailOptions> = {
  command(value, field) {
    if (isArgument(value) && value !== "") return value;
    throw wrongOption(field, "the name or path of a program", value);
  },
  arguments: listOf((value, field) => {
    if (isArgument(value)) return value;
    throw wrongOption(field, "a string without NUL", value);
  }),
  deadline: duration(),
};

async function run(command: string, before: readonly string[], mail: HandedMail): Promise<undefined> {
  const { from, to } = mail.envelope;
  const sender = from === null ? "<>" : from.toString();
  const child = spawn(command, [...before, "-i", "-f", sender, "--", ...to.map(String)], {
    stdio: ["pipe", "ignore", "pipe"],
  });
  const breakOff = () => {
    // At once: otherwise the program could deliver a mail that is reported as cancelled.
    child.kill("SIGKILL");
    // Processes that the program started may live on and hold them open.
    child.stdin.destroy();
    child.stderr.destroy();
  };
  mail.signal.addEventListener("abort", breakOff, { once: true });
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    if (complaint.length < COMPLAINT) complaint += text;
  });
  const exit = new Promise<Exit>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
  // Reported below, after the content was written.
  exit.catch(() => {});
  // A program that ends before it has read everything gives the reason by its exit code.
  child.stdin.on("error", () => {});
  try {
    await feed(child.stdin, mail);
  } catch (error) {
    breakOff();
    throw error;
  }
  const { code, signal } = await exit.catch((cause: unknown) => {
    throw notStarted(command, cause);
  });
  if (code !== 0) throw failed(command, { code, signal }, complaint);
}

interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Octets of standard error that an error message quotes. */
const COMPLAINT = 500;

async function feed(stdin: NodeJS.WritableStream, mail: HandedMail): Promise<void> {
  let ended = "";
  for await (const piece of mail.stream()) {
    // A piece may end between CR and LF.
    const text = ended + piece.toString("latin1");
    ended = text.endsWith("\r") ? "\r" : "";
    const lines = text.slice(0, text.length - ended.length).replaceAll("\r\n", "\n");
    if (!stdin.writable) break;
    if (!stdin.write(lines, "latin1")) await drained(stdin);
  }
  stdin.end(ended, "latin1");
}

function drained(stdin: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve) => {
    stdin.once("drain", resolve);
    stdin.once("close", resolve);
  });
}

function notStarted(command: string, cause: unknown): EnvoiError {
  const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
  const hint =
    code === "ENOENT" ? `there is no program ${command}` : `${command} could not be started (${code})`;
  const transient = code === "EAGAIN" || code === "ENOMEM";
  return new EnvoiError(`SendmailTransport: ${hint}`, {
    kind: transient ? "rejected" : "configuration",
    delivery: "not-sent",
    transient,
    permanent: !transient,
    cause,
  });
}

function failed(command: string, { code, signal }: Exit, complaint: string): EnvoiError {
  const told = complaint.slice(0, COMPLAINT).trim().replace(/\s+/g, " ");
  const meant = code === null ? undefined : exitCodes[code];
  const how =
    code === null ? `was killed by ${signal}` : `ended with ${code}${meant ? ` (${meant.meaning})` : ""}`;
  const message = `${command} ${how}${told === "" ? "" : `: ${told}`}`;
  const { kind, transient } = meant ?? { kind: "rejected" as ErrorKind, transient: false };
  const delivery = code === null ? "unknown" : kind === "configuration" ? "not-sent" : "refused";
  return new EnvoiError(message, { kind, delivery, transient, permanent: meant !== undefined && !transient });
}

function isArgument(value: unknown): value is string {
  return typeof value === "string" && !value.includes("\0");
}
