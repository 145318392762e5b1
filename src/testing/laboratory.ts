import type { ConnectionObserver } from "../server/observer.ts";
import type { Session } from "../server/session.ts";
import { FaultBook } from "./faults/fault-book.ts";
import type { Finding } from "./findings/finding.ts";
import type { Transcripts } from "./transcripts.ts";
import { WatchedConnection } from "./watched-connection.ts";

/** What a TestServer does with each connection besides serving it: writes it down, judges it, and disturbs it. */
export class Laboratory {
  readonly faults: FaultBook = new FaultBook();
  readonly #transcripts: Transcripts;
  readonly #maxLineLength: number;
  readonly #findings: Finding[] = [];
  /** How often messages are to be kept, where it is not once, by the connection they came over. */
  readonly #copies = new Map<string, 0 | 2>();
  #connections = 0;
  /** The server cuts what is left: that nobody says QUIT any more means nothing. */
  closing = false;

  constructor(transcripts: Transcripts, maxLineLength: number) {
    this.#transcripts = transcripts;
    this.#maxLineLength = maxLineLength;
  }

  /** What clients did wrong so far. */
  get findings(): readonly Finding[] {
    return [...this.#findings];
  }

  /** Forgets what clients did wrong, and lifts all faults. */
  clear(): void {
    this.#findings.length = 0;
    this.faults.clear();
  }

  /** How often the message that has just come over this connection is to be kept. */
  takeCopies(session: string): 0 | 1 | 2 {
    const copies = this.#copies.get(session) ?? 1;
    this.#copies.delete(session);
    return copies;
  }

  /** Watches a connection. */
  watch(session: Session): ConnectionObserver {
    const connection = ++this.#connections;
    return new WatchedConnection(session, this.#transcripts.begin(session), {
      wire: { book: this.faults, connection, maxLineLength: this.#maxLineLength },
      report: (finding) => {
        // The first are those that explain the others.
        if (this.#findings.length < MOST_FINDINGS) this.#findings.push({ ...finding, connection });
      },
      keep: (copies) => {
        if (copies === 1) this.#copies.delete(session.id);
        else this.#copies.set(session.id, copies);
      },
      isCut: () => this.closing,
    });
  }
}

/** So many findings are kept. */
const MOST_FINDINGS = 1000;
