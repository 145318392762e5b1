import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Letter } from "../message/arbitrary-message.ts";

const script = fileURLToPath(new URL("../../../test/interop/python-email.py", import.meta.url));

/** What python-email.py says of a mail; octets in base64. */
export interface Described {
  readonly from: Letter["from"][];
  readonly to: Letter["to"];
  readonly cc: Letter["cc"];
  readonly subject: string;
  readonly comment: string;
  readonly bodies: Readonly<Record<string, string>>;
  readonly files: readonly { readonly name: string; readonly bytes: string; readonly inline: boolean }[];
  readonly defects: readonly string[];
}

/** Python's email package in a process of its own, asked mail by mail. */
export class PythonEmail {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string>;
  #complaint = "";

  constructor() {
    this.#process = spawn("/usr/bin/python3", [script]);
    this.#process.stderr.on("data", (chunk: Buffer) => {
      this.#complaint += chunk.toString();
    });
    this.#answers = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** @throws Error with what Python printed, if it ended. */
  async read(mail: Buffer): Promise<Described> {
    this.#process.stdin.write(`${mail.toString("base64")}\n`);
    const { value, done } = await this.#answers.next();
    if (done === true) throw new Error(`Python ended: ${this.#complaint}`);
    return JSON.parse(value);
  }

  async close(): Promise<void> {
    const ended = once(this.#process, "close");
    this.#process.stdin.end();
    await ended;
  }
}
