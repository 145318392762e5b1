import { chown, mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Delivered, parseDelivered } from "./delivered.ts";
import { untilSeen } from "./watched.ts";

/** The folder into which a foreign server delivers. */
export class Maildir {
  readonly path: string;

  /** @param path The folder of the maildir. */
  constructor(path: string) {
    this.path = path;
  }

  /** Makes it, for that user to deliver into. */
  static async make(path: string, user: number, group: number): Promise<Maildir> {
    for (const name of ["", "cur", "new", "tmp"]) {
      await mkdir(join(path, name));
      await chown(join(path, name), user, group);
    }
    return new Maildir(path);
  }

  /** Waits for a mail to this recipient and returns it. */
  async delivered(to: string): Promise<Delivered> {
    const [mail] = await this.deliveries(to, 1);
    return mail as Delivered;
  }

  /** Waits until at least `count` mails to this recipient are there and returns all of them, in no order. */
  async deliveries(to: string, count: number): Promise<readonly Delivered[]> {
    const missing = (mails: readonly Delivered[]): string | undefined =>
      mails.filter((mail) => mail.to === to).length < count ? `${count} mails to ${to}` : undefined;
    return (await this.all(missing)).filter((mail) => mail.to === to);
  }

  /** Waits until `missing` names nothing that has not come, and returns all mails, in no order. */
  async all(missing: (mails: readonly Delivered[]) => string | undefined): Promise<readonly Delivered[]> {
    const folder = join(this.path, "new");
    const read = new Map<string, Delivered>();
    let lacking: string | undefined;
    const look = async (): Promise<readonly Delivered[] | undefined> => {
      for (const name of await readdir(folder)) {
        if (!read.has(name)) read.set(name, parseDelivered(await readFile(join(folder, name))));
      }
      lacking = missing([...read.values()]);
      return lacking === undefined ? [...read.values()] : undefined;
    };
    return await untilSeen(folder, look, () => `not come: ${lacking}; ${list(read)}`);
  }

  /** How many mails are in it. */
  async count(): Promise<number> {
    return (await readdir(join(this.path, "new"))).length;
  }
}

function list(read: ReadonlyMap<string, Delivered>): string {
  return `in the maildir are ${[...read.values()].map((mail) => mail.to).join(", ") || "none"}`;
}
