import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { refuseOption } from "../../text/options/option-reader.ts";
import { makeFolder } from "../../transport/local/folder.ts";
import type { MailFacts, StoredMail } from "../store/stored-mail.ts";
import { fileNameOf, idInFileName, mailIn, recordOf } from "./mail-file.ts";

/**
 * The folder in which mails are kept: for each mail a file with its bytes (`.eml`) and one with its envelope (`.json`).
 *
 * A file is written under another name and then renamed, so what has its name is whole, even if the process is killed.
 * The catcher reads, replaces and deletes only regular files with names that it gives itself.
 */
export class KeepFolder {
  /** The path of the folder. */
  readonly path: string;

  /** @throws EnvoiError of kind `"configuration"` if the folder cannot be made or used. */
  constructor(path: string) {
    this.path = resolve(path);
    try {
      makeFolder(this.path, 0o700);
      readdirSync(this.path);
    } catch (cause) {
      throw refuseOption("keep", `the folder cannot be used: ${(cause as Error).message}`, undefined, cause);
    }
  }

  /**
   * Reads the newest mails.
   *
   * @param max how many. The files of older ones are deleted.
   * @returns the mails, oldest first.
   */
  read(max: number): readonly MailFacts[] {
    const ours = readdirSync(this.path).filter((name) => idInFileName(name) !== undefined);
    const names = ours.filter((name) => name.endsWith(".eml")).map((name) => name.slice(0, -".eml".length));
    names.sort();
    const kept = names.splice(Math.max(0, names.length - max));
    for (const name of names) this.#deleteFiles(name);
    const whole = new Set(kept);
    // The envelope is written first, so one without a mail is what a killed process has left.
    for (const name of ours)
      if (name.endsWith(".json") && !whole.has(name.slice(0, -".json".length))) this.#deleteFile(name);
    for (const name of readdirSync(this.path)) if (name.endsWith(TEMPORARY)) this.#deleteLeftOver(name);
    return kept.flatMap((name) => {
      const [raw, json] = [this.#readFile(`${name}.eml`), this.#readFile(`${name}.json`)];
      if (raw === undefined || json === undefined) return [];
      return mailIn(name.slice(-ID_LENGTH), raw, json.toString()) ?? [];
    });
  }

  /** Writes a mail. When it returns, a later catcher finds the mail, even if this process is killed. */
  write(mail: StoredMail): void {
    const name = fileNameOf(mail);
    this.#writeFile(`${name}.json`, recordOf(mail));
    this.#writeFile(`${name}.eml`, mail.raw);
  }

  /** Writes what has changed of a mail: its tags, and whether it is read. */
  update(mail: StoredMail): void {
    this.#writeFile(`${fileNameOf(mail)}.json`, recordOf(mail));
  }

  /** Deletes the files of a mail. */
  delete(mail: StoredMail): void {
    this.#deleteFiles(fileNameOf(mail));
  }

  #deleteFiles(name: string): void {
    // The mail first: without its envelope it would stay.
    this.#deleteFile(`${name}.eml`);
    this.#deleteFile(`${name}.json`);
  }

  #deleteFile(name: string): void {
    const path = join(this.path, name);
    if (isRegular(path)) rmSync(path, { force: true });
  }

  /** Deletes what a process wrote and did not rename. Another process may be writing a file of the last minute. */
  #deleteLeftOver(name: string): void {
    if (idInFileName(name.slice(0, -TEMPORARY.length)) === undefined) return;
    const path = join(this.path, name);
    const { mtimeMs = Date.now() } = lstatSync(path, { throwIfNoEntry: false }) ?? {};
    if (mtimeMs < Date.now() - 60_000) this.#deleteFile(name);
  }

  /** The content of a regular file; `undefined` for anything else, such as a link to a file elsewhere. */
  #readFile(name: string): Buffer | undefined {
    let file: number;
    try {
      // A pipe with this name would otherwise wait for a writer.
      file = openSync(join(this.path, name), constants.O_RDONLY | NO_FOLLOW | NO_WAIT);
    } catch {
      return undefined;
    }
    try {
      return fstatSync(file).isFile() ? readFileSync(file) : undefined;
    } finally {
      closeSync(file);
    }
  }

  #writeFile(name: string, content: string | Buffer): void {
    const path = join(this.path, name);
    const temporary = `${path}${TEMPORARY}`;
    // A process that was killed while it wrote this file has left one.
    this.#deleteFile(`${name}${TEMPORARY}`);
    // "wx" follows no link.
    writeFileSync(temporary, content, { flag: "wx", mode: 0o600 });
    try {
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  }
}

function isRegular(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

const TEMPORARY = ".tmp";
const ID_LENGTH = 25;
/** Windows has neither. */
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;
const NO_WAIT = constants.O_NONBLOCK ?? 0;
