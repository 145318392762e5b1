import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type Dialogue, NUMBER, octets, type Step } from "./dialogue.ts";

/**
 * What came back at a step: replies such as `250 2.1.0`, then `closed` or `silence` where fewer came than were waited
 * for.
 */
export type Answers = readonly string[];

/** Plays a dialogue and returns the answers to the greeting, each step, and QUIT. */
export async function play(
  dialogue: Dialogue,
  number: number,
  port: number,
  ca: string,
): Promise<readonly Answers[]> {
  const line = await Line.open(port);
  try {
    const answers: Answers[] = [await line.answers(1)];
    for (const step of [...dialogue.steps, octets("QUIT\r\n")])
      answers.push(await turn(line, step, number, ca, answers));
    return answers;
  } finally {
    line.close();
  }
}

/** A step that does not come to its turn has no answers. */
async function turn(
  line: Line,
  step: Step,
  number: number,
  ca: string,
  before: readonly Answers[],
): Promise<Answers> {
  const last = before.findLast((each) => each.length > 0)?.at(-1);
  if (step.after !== undefined && last?.startsWith(step.after) !== true) return [];
  if (last === "closed" || last === "silence") return [];
  if (step.tls === true) {
    if (last?.startsWith("220") === true) await line.secure(ca);
    return [];
  }
  // Text is at hand in latin1 only, so that octets stay what they are.
  line.write(Buffer.from(step.octets.toString("latin1").replaceAll(NUMBER, String(number)), "latin1"));
  return await line.answers(step.replies);
}

/** How long a server may be silent, in milliseconds. */
const PATIENCE = 8_000;

/** A connection, and the replies that have come in on it. */
class Line {
  #socket: Socket;
  #text = "";
  #closed = false;
  #wake: () => void = () => {};

  static async open(port: number): Promise<Line> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    socket.setNoDelay();
    return new Line(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen();
  }

  write(chunk: Buffer): void {
    this.#socket.write(chunk);
  }

  async secure(ca: string): Promise<void> {
    this.#socket.removeAllListeners();
    const socket = connectTls({ socket: this.#socket, ca, servername: "localhost" });
    await once(socket, "secureConnect");
    this.#socket = socket;
    this.#listen();
  }

  /** Waits for so many replies, the end, or silence. */
  async answers(count: number): Promise<Answers> {
    const found: string[] = [];
    const deadline = performance.now() + PATIENCE;
    while (found.length < count) {
      const reply = this.#reply();
      if (reply !== undefined) {
        found.push(reply);
        continue;
      }
      if (this.#closed) return [...found, "closed"];
      if (performance.now() > deadline) return [...found, "silence"];
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, PATIENCE).unref();
      });
    }
    return found;
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Takes a whole reply off: its code and enhanced code, of its last line. */
  #reply(): string | undefined {
    const match = /^(?:\d{3}-.*\r?\n)*(\d{3})(?: (\d\.\d{1,3}\.\d{1,3})\b)?(?: .*)?\r?\n/.exec(this.#text);
    if (match === null) return undefined;
    this.#text = this.#text.slice(match[0].length);
    return match[2] === undefined ? (match[1] as string) : `${match[1]} ${match[2]}`;
  }

  #listen(): void {
    this.#socket.on("data", (chunk: Buffer) => {
      this.#text += chunk.toString("latin1");
      this.#wake();
    });
    // A server that closes may do so in any way.
    this.#socket.on("error", () => {});
    this.#socket.on("close", () => {
      this.#closed = true;
      this.#wake();
    });
  }
}
