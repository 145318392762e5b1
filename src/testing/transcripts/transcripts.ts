import type { Session } from "../../server/connection/session.ts";
import type { KeepOptions } from "../messages/captured-messages.ts";
import { type Transcript, TranscriptWriter } from "./transcript.ts";

/** The transcripts of a TestServer: of every open connection, and of the last ones that are closed. */
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

  /** That of the connection whose session has this id, which is open. */
  of(session: string): Transcript {
    const transcript = this.#open.get(session);
    if (transcript === undefined) throw new RangeError("there is no such connection");
    return transcript;
  }

  /** The transcript of a connection that begins */
  begin(session: Session): TranscriptWriter {
    // Twice the limit, so that the search for what is to go is rare.
    if (this.#all.length >= 2 * this.#limit + 2) this.#makeRoom();
    const transcript = new TranscriptWriter(session, () => this.#open.delete(session.id));
    this.#all.push(transcript);
    this.#open.set(session.id, transcript);
    return transcript;
  }

  /** Forgets those of connections that are closed. */
  clear(): void {
    this.#all = this.#all.filter(({ closed }) => !closed);
  }

  #makeRoom(): void {
    let surplus = this.#all.filter(({ closed }) => closed).length - this.#limit;
    this.#all = this.#all.filter(({ closed }) => !closed || surplus-- <= 0);
  }
}
