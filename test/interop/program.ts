import { spawn } from "node:child_process";

/** How a foreign program ended, and what it said. */
export interface Outcome {
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** The Debian packages that bring each program. */
const packages = {
  "/usr/bin/python3": "python3",
  cp: "coreutils",
  curl: "curl",
  fetchmail: "fetchmail",
  getent: "libc-bin",
  id: "coreutils",
  ldd: "libc-bin",
  mknod: "coreutils",
  msmtp: "msmtp",
  opendkim: "opendkim",
  openssl: "openssl",
  postfix: "postfix",
  saslpasswd2: "sasl2-bin libsasl2-modules",
  "smtp-source": "postfix",
  swaks: "swaks libnet-ssleay-perl",
} as const;

/** A program that these tests know how to ask for. */
export type Program = keyof typeof packages;

/**
 * Runs a foreign program to its end and returns how it went, whatever its exit status.
 *
 * @throws Error that names the package to install when the program is not there.
 */
export function attempt(
  program: Program,
  args: readonly string[],
  input?: Uint8Array | string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const { PATH } = process.env;
  return new Promise((resolve, reject) => {
    // Not every PATH has the sbin folders, in which Debian installs Postfix.
    const env = { ...process.env, PATH: `${PATH}:/usr/sbin:/sbin`, ...environment };
    const child = spawn(program, args, { env });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.once("error", (error) => reject(missing(program, error)));
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    child.once("close", (status) =>
      resolve({ status, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() }),
    );
    // A program that ends before it has read everything is judged by its exit status.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}

/**
 * Runs a foreign program that must succeed, and returns what it printed.
 *
 * @throws Error with the program's whole output when its exit status is not 0.
 */
export async function run(
  program: Program,
  args: readonly string[],
  input?: Uint8Array | string,
  environment?: Readonly<Record<string, string>>,
): Promise<Buffer> {
  const { status, stdout, stderr } = await attempt(program, args, input, environment);
  if (status === 0) return stdout;
  throw new Error(`${program} ended with ${status}\n${stdout}\n${stderr}`);
}

/** The error for a program that could not be started: a missing one is a failure to mend, never a skip. */
function missing(program: Program, cause: Error): Error {
  return new Error(`cannot run ${program}: apt-get install -y --no-install-recommends ${packages[program]}`, {
    cause,
  });
}
