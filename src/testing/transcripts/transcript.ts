import type { ConnectionObserver } from "../../server/connection/observer.ts";
import type { Session } from "../../server/connection/session.ts";

/** One line of a {@link Transcript}. */
export interface TranscriptLine {
  /** The sender of the line. `"note"` is an event, such as a TLS handshake or content that was received. */
  readonly from: "client" | "server" | "note";
  /** The line without its end. */
  readonly text: string;
  /** Milliseconds since the client connected. */
  readonly at: number;
}

/** All commands and replies of one connection. Secrets are masked, and content is only counted. */
export interface Transcript {
  /** What is known about the connection now. */
  readonly session: Session;
  /** The lines, in their order. */
  readonly lines: readonly TranscriptLine[];
  /**
   * How often the client had to wait for the network so far: for the connection, for each TLS handshake (twice for TLS
   * 1.2), and for each group of replies that was sent together, such as the greeting.
   */
  readonly roundTrips: number;
  /** Whether the connection is closed. */
  readonly closed: boolean;
  /** How many of the oldest lines were forgotten, because a connection may stay open for ever. */
  readonly dropped: number;
  /** The lines with `C: ` and `S: ` before them, for people. */
  toString(): string;
}

/** Writes the transcript of a connection. */
export class TranscriptWriter implements Omit<ConnectionObserver, "intercept">, Transcript {
  readonly lines: TranscriptLine[] = [];
  dropped = 0;
  roundTrips = 1;
  closed = false;
  readonly #over: () => void;
  #session: () => Session;
  readonly #start = performance.now();
  #content = 0;

  /** @param over called when the connection has ended. */
  constructor(session: Session, over: () => void = () => {}) {
    this.#session = () => session;
    this.#over = over;
  }

  get session(): Session {
    return this.#session();
  }

  /** Sets the function that returns the current session. */
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

  /** Control characters are escaped, so that what a client sent cannot move the cursor of a terminal. */
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

/** How many lines of a connection are kept at least; at most twice as many are. */
const KEPT_LINES = 10_000;
