import type { Listener } from "../net/server/listener.ts";
import type { ConnectionObserver } from "../server/connection/observer.ts";
import type { Session } from "../server/connection/session.ts";
import type { CertificateAuthority } from "./certificates/certificates.ts";
import { ListenFaults } from "./faults/listening/listen-faults.ts";
import { FaultBook } from "./faults/selection/fault-book.ts";
import { properly, type Storage } from "./faults/storage/storage.ts";
import { FaultyAcceptors } from "./faults/tls/faulty-acceptors.ts";
import type { Finding } from "./findings/finding.ts";
import { ObservedConnection } from "./observed-connection.ts";
import type { Transcripts } from "./transcripts/transcripts.ts";

/** What a TestServer does with each connection besides serving it: writes it down, judges it, and disturbs it. */
export class Laboratory {
  readonly faults: FaultBook = new FaultBook(() => this.#applyListenFaults());
  readonly #transcripts: Transcripts;
  readonly #maxLineLength: number;
  readonly #acceptors: FaultyAcceptors | undefined;
  #listenFaults: ListenFaults | undefined;
  readonly #findings: Finding[] = [];
  /** How messages are to be kept, where it is not as they come, by the connection they came over. */
  readonly #storage = new Map<string, Storage>();
  /** The connections over which a message has come that its client has not been told of. */
  readonly #owing = new Set<string>();
  #noneOwing: (() => void) | undefined;
  #allAnswered: Promise<void> | undefined;
  #connections = 0;
  #closing = false;

  /** `authority` is that of a server with TLS. */
  constructor(transcripts: Transcripts, maxLineLength: number, authority: CertificateAuthority | undefined) {
    this.#transcripts = transcripts;
    this.#maxLineLength = maxLineLength;
    this.#acceptors = authority && new FaultyAcceptors(authority);
  }

  /** The server listens there. */
  open(listeners: readonly Listener[]): void {
    this.#listenFaults = new ListenFaults(listeners);
  }

  /** A message that has come over this connection is there. */
  caught(session: string): void {
    this.#owing.add(session);
  }

  /** Resolves when the client of each message that is there has been told so; after a while in any case. */
  async allAnswered(): Promise<void> {
    if (this.#owing.size === 0) return;
    this.#allAnswered ??= new Promise((resolve) => {
      const timer = setTimeout(resolve, PATIENCE);
      this.#noneOwing = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    await this.#allAnswered;
  }

  /** The server closes: it cuts what is left, and that nobody says QUIT any more means nothing. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#listenFaults?.stop();
  }

  async #applyListenFaults(): Promise<void> {
    this.#listenFaults?.apply(this.faults.standing("listen"));
    await this.#listenFaults?.ready;
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

  /** How the message that has just come over this connection is to be kept. */
  takeStorage(session: string): Storage {
    const storage = this.#storage.get(session) ?? properly;
    this.#storage.delete(session);
    return storage;
  }

  /** Watches a connection. */
  observe(session: Session): ConnectionObserver {
    const connection = ++this.#connections;
    return new ObservedConnection(session, this.#transcripts.begin(session), {
      wire: {
        book: this.faults,
        connection,
        maxLineLength: this.#maxLineLength,
        acceptor: async (changes) => await this.#acceptors?.for(changes),
      },
      report: (finding) => {
        // The first are those that explain the others.
        if (this.#findings.length < MOST_FINDINGS) this.#findings.push({ ...finding, connection });
      },
      keep: (storage) => {
        if (storage === properly) this.#storage.delete(session.id);
        else this.#storage.set(session.id, storage);
      },
      answered: () => {
        if (this.#owing.delete(session.id) && this.#owing.size === 0) this.#noneOwing?.();
      },
      isCut: () => this.#closing,
    });
  }
}

/** So many milliseconds the end waits for replies that a fault holds up. */
const PATIENCE = 1000;

/** So many findings are kept. */
const MOST_FINDINGS = 1000;
