import {
  closeSync,
  createReadStream,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from "node:fs";
import { CommandError, ExitStatus } from "../../exit-status.ts";
import { unwritable, wrongFile } from "../../input-file.ts";
import { jsonLine } from "../../json-text.ts";
import { textLines } from "../../text-lines.ts";
import { formatState, parseState, type RowState } from "./row-state.ts";
import { RunLock } from "./run-lock.ts";

/** What a resume file belongs to. */
export interface Belonging {
  readonly sha256: string;
  readonly key: string | undefined;
  readonly acceptChanges: boolean;
}

/** The first line of a resume file. */
interface Head {
  readonly envoi: "resume";
  readonly version: 1;
  readonly sha256: string;
  readonly key: string | null;
}

/**
 * What became of each row, in a file that only grows: a mark before a mail is sent, its outcome afterwards. A run that
 * is killed leaves the marks without outcome of the mails that were under way, so the next run knows them.
 *
 * Every mark is handed to the operating system before the mail goes, together with the outcomes since the last mark: a
 * kill of the process loses none. It reaches the disk within ten seconds, so a power failure may lose the marks and
 * outcomes of the last ten seconds.
 */
export class ResumeFile implements Disposable {
  readonly #descriptor: number;
  readonly #lock: RunLock;
  readonly #states: RowStates;
  /** For what is written, because a new buffer for each mail would be seen in the speed of a run. */
  readonly #memory: Buffer = Buffer.allocUnsafe(65_536);
  /** Outcomes that are not written yet. */
  #waiting = "";
  /** Why nothing can be written any more. */
  failure: CommandError | undefined;
  #dirty = false;
  #syncing = false;
  readonly #timer: NodeJS.Timeout;

  private constructor(descriptor: number, lock: RunLock, states: RowStates) {
    this.#descriptor = descriptor;
    this.#lock = lock;
    this.#states = states;
    this.#timer = setInterval(() => this.#sync(), SYNC_EVERY).unref();
  }

  /**
   * Opens a file, or makes it.
   *
   * @throws CommandError if it is no resume file, belongs to other data, another run uses it, or it cannot be written.
   */
  static async open(path: string, belonging: Belonging): Promise<ResumeFile> {
    const lock = RunLock.take(path);
    try {
      const descriptor = openSync(path, "a+");
      refuseForeign(descriptor, path);
      dropTornLine(descriptor);
      const states = new RowStates(belonging.acceptChanges);
      if (fstatSync(descriptor).size === 0) {
        const { sha256, key = null } = belonging;
        const head: Head = { envoi: "resume", version: 1, sha256, key };
        writeSync(descriptor, `${jsonLine(head)}\n`);
      } else await read(path, belonging, states);
      return new ResumeFile(descriptor, lock, states);
    } catch (error) {
      lock.release();
      if (error instanceof CommandError) throw error;
      throw unwritable("--resume", path, error);
    }
  }

  /** What earlier runs know of a row. */
  of(line: number, key: string | undefined): RowState | undefined {
    return this.#states.of(line, key);
  }

  /** Marks a mail as under way; it may be sent when this returns. @throws CommandError if that cannot be written. */
  begin(line: number, key: string | undefined, messageId: string): void {
    this.#waiting += formatState(line, { outcome: "begun", messageId }, key);
    this.flush();
  }

  /** Notes an outcome. It is written with the next mark. */
  settle(line: number, state: RowState): void {
    this.#waiting += formatState(line, state);
    if (this.#waiting.length > 16_384 && this.failure === undefined) this.flush();
  }

  /** Writes what is noted. */
  flush(): void {
    if (this.#waiting === "") return;
    const text = this.#waiting;
    // No character has more than three bytes for each of its units.
    const bytes =
      text.length * 3 <= this.#memory.length
        ? this.#memory.subarray(0, this.#memory.write(text))
        : Buffer.from(text);
    this.#waiting = "";
    this.#dirty = true;
    try {
      // A disk that is nearly full takes a part.
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#descriptor, bytes, at);
    } catch (error) {
      const message = `--resume: ${(error as Error).message}; the outcomes since then are not in the file`;
      this.failure ??= new CommandError(message, ExitStatus.cannotCreate, { cause: error });
      throw this.failure;
    }
  }

  /** Writes everything to the disk, and lets other runs use the file. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    try {
      if (this.failure === undefined) this.flush();
      fdatasyncSync(this.#descriptor);
    } finally {
      closeSync(this.#descriptor);
      this.#lock.release();
    }
  }

  #sync(): void {
    if (this.failure !== undefined) return;
    try {
      this.flush();
    } catch {
      // The run ends with the failure.
    }
    if (this.#syncing || !this.#dirty) return;
    this.#syncing = true;
    this.#dirty = false;
    fdatasync(this.#descriptor, () => {
      this.#syncing = false;
    });
  }
}

/** Milliseconds. Writing waits while the disk is synchronized, so more often would cost speed. */
const SYNC_EVERY = 10_000;

/** How a resume file begins. */
const BEGINNING = '{"envoi":"resume",';

/** Before anything of the file is changed. @throws CommandError if it is another file that happens to have the name. */
function refuseForeign(descriptor: number, path: string): void {
  const begun = Buffer.alloc(BEGINNING.length);
  const size = readSync(descriptor, begun, 0, begun.length, 0);
  if (!BEGINNING.startsWith(begun.toString("latin1", 0, size))) throw foreign(path);
}

function foreign(path: string): CommandError {
  return wrongFile("--resume", path, "it exists, and is not a resume file of envoi", "data");
}

/** A kill in the middle of a write leaves half a line, which says nothing. */
function dropTornLine(descriptor: number): void {
  const { size } = fstatSync(descriptor);
  const tail = Buffer.alloc(Math.min(size, 1 << 20));
  readSync(descriptor, tail, 0, tail.length, size - tail.length);
  const end = tail.lastIndexOf("\n") + 1;
  if (end < tail.length) ftruncateSync(descriptor, size - tail.length + end);
}

async function read(
  path: string,
  { sha256, key, acceptChanges }: Belonging,
  states: RowStates,
): Promise<void> {
  let number = 0;
  for await (const line of textLines(createReadStream(path))) {
    if (++number === 1) {
      const head = headIn(line);
      if (head === undefined) throw foreign(path);
      if ((head.key ?? undefined) !== key)
        throw new CommandError(
          `--key: expected ${head.key === null ? "no --key" : `--key ${head.key}`}, as when ${path} was made`,
        );
      if (head.sha256 !== sha256 && !acceptChanges) throw changed(path, key);
      continue;
    }
    const parsed = parseState(line);
    if (parsed === undefined)
      throw new CommandError(
        `--resume: line ${number} of ${path} is damaged, so nobody knows what became of that mail`,
        ExitStatus.data,
      );
    states.note(parsed.line, parsed.key, parsed.state);
  }
}

function headIn(line: string): Head | undefined {
  try {
    const head = JSON.parse(line);
    return head.envoi === "resume" && head.version === 1 ? head : undefined;
  } catch {
    return undefined;
  }
}

function changed(path: string, key: string | undefined): CommandError {
  const remedy =
    key === undefined
      ? "Use the data as it was, or another resume file"
      : "Use the data as it was, or add --accept-changes: then the keys alone say which rows were sent";
  return new CommandError(
    `--resume: the data has changed since ${path} was made. ${remedy}`,
    ExitStatus.data,
  );
}

/** The last state of each row: a byte a row, and the details of the few that have some. */
class RowStates {
  #codes = new Uint8Array(1 << 12);
  readonly #details: Map<number, RowState> = new Map();
  /** By key, if the lines do not count any more. */
  readonly #byKey: Map<string, RowState> | undefined;
  /** The key of the mail that was last under way for a line. */
  readonly #keys: Map<number, string> = new Map();

  constructor(byKey: boolean) {
    this.#byKey = byKey ? new Map() : undefined;
  }

  of(line: number, key: string | undefined): RowState | undefined {
    if (this.#byKey !== undefined) return key === undefined ? undefined : this.#byKey.get(key);
    const outcome = known[this.#codes[line] ?? 0];
    return outcome === undefined ? undefined : (this.#details.get(line) ?? { outcome });
  }

  note(line: number, marked: string | undefined, state: RowState): void {
    if (this.#byKey !== undefined && marked !== undefined) this.#keys.set(line, marked);
    const key = marked ?? this.#keys.get(line);
    const before = this.of(line, key);
    const now =
      state.outcome === "begun" && before !== undefined ? { ...before, ...begunAfter(before, state) } : state;
    if (this.#byKey !== undefined) {
      if (key !== undefined) this.#byKey.set(key, now);
      return;
    }
    if (line >= this.#codes.length) {
      const codes = new Uint8Array(Math.max(line + 1, this.#codes.length * 2));
      codes.set(this.#codes);
      this.#codes = codes;
    }
    this.#codes[line] = known.indexOf(now.outcome);
    if (now.again === undefined && now.unknown === undefined && now.messageId === undefined)
      this.#details.delete(line);
    else this.#details.set(line, now);
  }
}

/** A mail that was sent again to some recipients: for these it is unknown too, if no outcome follows. */
function begunAfter({ again, unknown }: RowState, { messageId }: RowState): RowState {
  if (again === undefined) return { outcome: "begun", messageId };
  return { outcome: "begun", messageId, again: undefined, unknown: [...again, ...(unknown ?? [])] };
}

const known: readonly (RowState["outcome"] | undefined)[] = [
  undefined,
  "begun",
  "accepted",
  "refused",
  "later",
  "unknown",
  "not-built",
];
