import type { ConnectionObserver } from "../../server/connection/observer.ts";
import type { Session } from "../../server/connection/session.ts";

/** One line of a {@link Transcript}. */
export interface TranscriptLine {
  /** `"note"`: something that happened, such as a TLS handshake or content that went by. */
  readonly from: "client" | "server" | "note";
  /** The line, without its end. */
  readonly text: string;
  /** Milliseconds since the client connected. */
  readonly at: number;
}

/** What was said in one connection: every command and reply. What authenticates is masked, content only counted. */
export interface Transcript {
  /** What is known of the connection now. */
  readonly session: Session;
  /** What was said, in its order. */
  readonly lines: readonly TranscriptLine[];
  /**
   * How often the client had to wait for the network so far: for the connection, for each TLS handshake (twice for TLS
   * 1.2), and for each group of replies that went out together, the greeting among them.
   */
  readonly roundTrips: number;
  /** Whether the connection is over. */
  readonly closed: boolean;
  /** How many of the oldest lines are no longer kept: a connection may last for ever. */
  readonly dropped: number;
  /** As people write it: `C: ` and `S: ` before the lines. */
  toString(): string;
}

/** Writes down what is said in a connection. */
export class TranscriptWriter implements Omit<ConnectionObserver, "intercept">, Transcript {
  readonly lines: TranscriptLine[] = [];
  dropped = 0;
  roundTrips = 1;
  closed = false;
  readonly #over: () => void;
  #session: () => Session;
  readonly #start = performance.now();
  #content = 0;

  /** `over` is called when the connection is. */
  constructor(session: Session, over: () => void = () => {}) {
    this.#session = () => session;
    this.#over = over;
  }

  get session(): Session {
    return this.#session();
  }

  /** From now on this tells what is known of the connection. */
  follow(session: () => Session): void {
    this.#session = session;
  }

  received(line: string): void {
    this.#write("client", line);
  }

  sent(reply: string): void {
    if (this.#content > 0) this.#write("note", `${this.#content} octets of content`);
    this.#content = 0;
    for (const line of reply.trimEnd().split("\r\n")) this.#write("server", line);
  }

  content(octets: number): void {
    this.#content += octets;
  }

  flushed(): void {
    this.roundTrips++;
  }

  secured(session: Session): void {
    this.roundTrips += session.tls?.protocol === "TLSv1.2" ? 2 : 1;
    this.#write("note", `${session.tls?.protocol} with ${session.tls?.cipher}`);
  }

  notSecured(): void {
    this.#write("note", "the TLS handshake failed");
  }

  ended(): void {
    this.closed = true;
    this.#over();
    this.#write("note", "closed");
  }

  /** What a client says comes to a terminal here: it is not to move the cursor. */
  toString(): string {
    const prefix = { client: "C: ", server: "S: ", note: "-- " };
    const before = this.dropped === 0 ? "" : `-- ${this.dropped} lines are no longer kept\n`;
    return before + this.lines.map(({ from, text }) => `${prefix[from]}${printable(text)}\n`).join("");
  }

  #write(from: TranscriptLine["from"], text: string): void {
    this.lines.push({ from, text, at: performance.now() - this.#start });
    if (this.lines.length < 2 * KEPT_LINES) return;
    this.lines.splice(0, KEPT_LINES);
    this.dropped += KEPT_LINES;
  }
}

/** Control characters as JSON writes them: `\u001b`. */
function printable(text: string): string {
  return text.replace(
    /[\0-\x1f\x7f-\x9f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** At least so many lines of a connection are kept, at most twice as many. */
const KEPT_LINES = 10_000;
