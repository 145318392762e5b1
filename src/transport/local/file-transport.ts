import { randomUUID } from "node:crypto";
import { access, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Envelope } from "../../address/envelope.ts";
import { EnvoiError } from "../../errors.ts";
import { refuseOption, wrongOption } from "../../text/options/option-reader.ts";
import { makeFolder } from "./folder.ts";
import type { HandedMail } from "./handed-mail.ts";
import { RawTransport } from "./raw-transport.ts";

/** A mail that a {@link FileTransport} has written, read back. */
export interface StoredMail {
  /** The sender and the recipients. */
  readonly envelope: Envelope;
  /** With its angle brackets; set if the mail was a Message. */
  readonly messageId: string | undefined;
  /** The whole message as it was written; `sendRaw(envelope, raw)` sends it. */
  readonly raw: Buffer;
}

/**
 * Writes each mail into a directory: `<id>.eml` with the message, and `<id>.json` with its envelope, Bcc recipients
 * included. The report's `id` names them, and sorts by time.
 *
 * When the send resolves, both files are complete, on the disk, and readable only by their owner. The `.eml` appears
 * last and at once, so a program that watches the directory never sees half a mail. The directory is created if needed.
 *
 * @example
 * ```ts
 * const transport = new FileTransport("outgoing");
 * const { id } = await transport.send(message);
 * const { envelope, raw } = await transport.read(id ?? "");
 * ```
 */
export class FileTransport extends RawTransport {
  /** The directory of the mails. */
  readonly directory: string;

  /** @throws EnvoiError of kind `"configuration"` if `directory` is not a path. */
  constructor(directory: string) {
    if (typeof directory !== "string" || directory === "" || directory.includes("\0"))
      throw wrongOption("directory", "the path of a directory", directory);
    super(async (mail) => ({ id: await write(directory, mail) }));
    this.directory = directory;
  }

  /** Reads a mail back. @throws EnvoiError of kind `"configuration"` if there is no mail with this id. */
  async read(id: string): Promise<StoredMail> {
    if (!/^[\w-]+$/.test(id)) throw wrongOption("id", "the id of a mail", id);
    const [raw, json] = await Promise.all([
      readFile(join(this.directory, `${id}.eml`)),
      readFile(join(this.directory, `${id}.json`), "utf8"),
    ]).catch((cause: unknown) => {
      throw refuseOption("id", `there is no mail ${id}`, undefined, cause);
    });
    const { from, to, messageId } = JSON.parse(json) as {
      from: string | null;
      to: string[];
      messageId?: string;
    };
    return { envelope: Envelope.of(from, to), messageId, raw };
  }
}

async function write(directory: string, mail: HandedMail): Promise<string> {
  const id = `${new Date().toISOString().replace(/[^\dTZ]/g, "")}-${randomUUID()}`;
  const { envelope, messageId } = mail;
  const path = join(directory, id);
  try {
    await access(directory).catch(() => makeFolder(directory));
    await writeWhole(`${path}.eml.part`, mail.stream());
    await writeWhole(`${path}.json`, [
      Buffer.from(`${JSON.stringify({ ...envelope.toJSON(), messageId })}\n`),
    ]);
    await rename(`${path}.eml.part`, `${path}.eml`);
  } catch (error) {
    await Promise.allSettled([".eml.part", ".json"].map((suffix) => rm(`${path}${suffix}`, { force: true })));
    throw EnvoiError.is(error) ? error : unwritable(directory, error);
  }
  return id;
}

async function writeWhole(path: string, pieces: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    for await (const piece of pieces) await file.appendFile(piece);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** Nothing remains of the mail. A full disk may have room later. */
function unwritable(directory: string, cause: unknown): EnvoiError {
  const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
  const transient = ["ENOSPC", "EDQUOT", "EMFILE", "ENFILE", "EBUSY", "EAGAIN", "EIO"].includes(code);
  const message = `FileTransport: the mail could not be written to ${directory} (${code})`;
  const kind = transient ? "rejected" : "configuration";
  return new EnvoiError(message, { kind, delivery: "not-sent", transient, permanent: !transient, cause });
}
