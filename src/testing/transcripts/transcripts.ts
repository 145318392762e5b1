import type { Session } from "../../server/connection/session.ts";
import type { KeepOptions } from "../messages/captured-messages.ts";
import { type Transcript, TranscriptWriter } from "./transcript.ts";

/** The transcripts of a TestServer: of all open connections, and of the last ones that were closed. */
export class Transcripts {
  readonly #limit: number;
  readonly #open = new Map<string, TranscriptWriter>();
  #all: TranscriptWriter[] = [];

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
    const transcript = new TranscriptWriter(session, () => this.#open.delete(session.id));
    this.#all.push(transcript);
    this.#open.set(session.id, transcript);
    return transcript;
  }

  /** Forgets the transcripts of closed connections. */
  clear(): void {
    this.#all = this.#all.filter(({ closed }) => !closed);
  }

  #makeRoom(): void {
    let surplus = this.#all.filter(({ closed }) => closed).length - this.#limit;
    this.#all = this.#all.filter(({ closed }) => !closed || surplus-- <= 0);
  }
}
