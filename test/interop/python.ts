import { fileURLToPath } from "node:url";
import { run } from "./program.ts";

/** Debian's own Python; another one may come first in PATH, without Debian's packages. */
const PYTHON = "/usr/bin/python3";

/** Runs a script that lies beside the sources of these tests; it must succeed. */
export async function runScript(
  name: string,
  args: readonly string[],
  input: Uint8Array | string,
): Promise<string> {
  return (await run(PYTHON, [scriptPath(name), ...args], input)).toString();
}

/** The path of a script. */
export function scriptPath(name: string): string {
  return fileURLToPath(new URL(`../../../test/interop/${name}`, import.meta.url));
}

/** A part as Python's `email` understands it. */
export interface ReadPart {
  readonly type: string;
  readonly disposition: string | null;
  readonly filename: string | null;
  readonly contentId: string | null;
  /** What Python found wrong. */
  readonly defects: readonly string[];
  readonly parts?: readonly ReadPart[];
  readonly text?: string;
  /** Base64. */
  readonly content?: string;
}

/** A mail as Python's `email` understands it; display names are given without white space. */
export interface ReadMail {
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly from: readonly (readonly [name: string, address: string])[];
  readonly to: readonly (readonly [name: string, address: string])[];
  readonly cc: readonly (readonly [name: string, address: string])[];
  readonly body: ReadPart;
}

/** Reads a mail with Python's `email`, which shares nothing with the library that wrote it. */
export async function readMail(message: Uint8Array): Promise<ReadMail> {
  return JSON.parse(await runScript("read-mail.py", [], message));
}

/** How {@link sendBySmtplib} sends. */
export interface SmtplibOptions {
  readonly port: number;
  readonly tls: "none" | "starttls" | "wrapper";
  readonly ca: string;
  readonly from: string;
  readonly to: string | readonly string[];
  /** Parameters of MAIL. */
  readonly options?: readonly string[];
  /** Parameters of each RCPT. */
  readonly recipientOptions?: readonly string[];
  readonly user?: string;
  readonly password?: string;
}

/** Sends by Python's smtplib, a client that is not ours. */
export async function sendBySmtplib(how: SmtplibOptions, message: Uint8Array | string): Promise<void> {
  await runScript(
    "smtplib-send.py",
    [JSON.stringify({ options: [], recipientOptions: [], ...how })],
    message,
  );
}
