import type { Session } from "../../server/connection/session.ts";
import type { KeepOptions } from "../messages/captured-messages.ts";
import { type Transcript, TranscriptWriter } from "./transcript.ts";

/** The transcripts of a TestServer: of all open connections, and of the last ones that were closed. */
export class Transcripts {
  readonly #limit: number;
  readonly #open = new Map<string, TranscriptWriter>();
  #all: TranscriptWriter[] = [];
  /** The lines of all closed connections. */
  #closedLines = 0;

  constructor({ connections = 1000 }: KeepOptions = {}) {
    this.#limit = connections;
  }

  /** A snapshot, oldest connection first. */
  get all(): readonly Transcript[] {
    return [...this.#all];
  }

  /** The transcript of the open connection whose session has this id. */
  of(session: string): Transcript {
    const transcript = this.#open.get(session);
    if (transcript === undefined) throw new RangeError("there is no such connection");
    return transcript;
  }

  /** Starts the transcript of a connection. */
  begin(session: Session): TranscriptWriter {
    // Twice the limit, so that the oldest are rarely searched for.
    if (this.#all.length >= 2 * this.#limit + 2) this.#makeRoom();
    const transcript: TranscriptWriter = new TranscriptWriter(session, () =>
      this.#ended(session.id, transcript),
    );
    this.#all.push(transcript);
    this.#open.set(session.id, transcript);
    return transcript;
  }

  /** Forgets the transcripts of closed connections. */
  clear(): void {
    this.#keep(({ closed }) => !closed);
  }

  #ended(id: string, transcript: TranscriptWriter): void {
    this.#open.delete(id);
    this.#closedLines += transcript.lines.length;
    if (this.#closedLines > 2 * MOST_LINES) this.#makeRoom();
  }

  #makeRoom(): void {
    let connections = this.#all.filter(({ closed }) => closed).length;
    let lines = this.#closedLines;
    this.#keep((transcript) => {
      if (!transcript.closed || (connections <= this.#limit && lines <= MOST_LINES)) return true;
      connections--;
      lines -= transcript.lines.length;
      return false;
    });
  }

  #keep(isKept: (transcript: TranscriptWriter) => boolean): void {
    this.#all = this.#all.filter(isKept);
    const closed = this.#all.filter((transcript) => transcript.closed);
    this.#closedLines = closed.reduce((sum, { lines }) => sum + lines.length, 0);
  }
}

/** How many lines of closed connections are kept at least; at most twice as many are, and those of the last one. */
const MOST_LINES = 50_000;
