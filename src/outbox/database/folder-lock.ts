import { access, constants, readFile, rm, stat, writeFile } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { misconfigured, reasonOf } from "../../errors.ts";
import { makeFolder } from "../../transport/local/folder.ts";

/** Holds a folder for this process. The system ends it with the process, however that ends. */
export interface FolderLock {
  /** Ends it. */
  release(): Promise<void>;
}

/**
 * Takes the lock of a folder, which is made if it is missing.
 *
 * The lock is a socket that listens: an abstract one on Linux and a pipe on Windows, which vanish with their process.
 * Elsewhere it is a file; if nobody answers there, its process is gone and the lock is taken over. Its name is made of
 * the identity of the folder, so that links and mounts do not hide it. A file in the folder says who holds it.
 *
 * @throws EnvoiError of kind `"configuration"` if another process, or this one, has it.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const { dev, ino } = await writable(folder);
  const path = socketPath(`envoi-outbox-${dev}-${ino}`);
  const note = join(folder, "envoi-lock.json");
  const server = (await listening(path)) ?? (await takenOver(path));
  if (server === undefined) throw held(folder, await holder(note));
  server.unref();
  await writeFile(note, JSON.stringify({ pid: process.pid, host: hostname() }));
  return {
    async release() {
      await rm(note, { force: true });
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Makes a folder if it is missing. @throws EnvoiError of kind `"configuration"` if it cannot be used. */
async function writable(folder: string): Promise<{ readonly dev: bigint; readonly ino: bigint }> {
  try {
    makeFolder(folder);
    await access(folder, constants.W_OK);
    return await stat(folder, { bigint: true });
  } catch (error) {
    const problem = `expected a folder that this process can make and write to (${reasonOf(error)})`;
    throw misconfigured(
      `database.folder: ${problem}. Give another folder, or the right to write to it`,
      error,
    );
  }
}

function socketPath(name: string): string {
  if (process.platform === "linux") return `\0${name}`;
  return process.platform === "win32" ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

/** A server that listens there; `undefined` if there is one already. */
function listening(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen(path, () => resolve(server));
  });
}

/** Takes the place of a socket file that nobody listens on any more. */
async function takenOver(path: string): Promise<Server | undefined> {
  if (process.platform === "linux" || process.platform === "win32" || (await answers(path))) return undefined;
  await rm(path, { force: true });
  return listening(path);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

async function holder(note: string): Promise<string> {
  try {
    const { pid } = JSON.parse(await readFile(note, "utf8"));
    return pid === process.pid ? "this process" : `process ${pid}`;
  } catch {
    return "another process";
  }
}

function held(folder: string, by: string): Error {
  const problem = `expected a folder that no other outbox has open, but ${by} has ${JSON.stringify(folder)}`;
  return misconfigured(
    `database.folder: ${problem}. Close it there, or use PostgreSQL, which takes any number of processes`,
  );
}
