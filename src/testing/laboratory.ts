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

/** Observes each connection of a TestServer: writes transcripts, reports findings, and applies faults. */
export class Laboratory {
  readonly faults: FaultBook = new FaultBook(() => this.#applyListenFaults());
  readonly #transcripts: Transcripts;
  readonly #maxLineLength: number;
  readonly #acceptors: FaultyAcceptors | undefined;
  readonly #refused: (session: Session, reply: string) => void;
  #listenFaults: ListenFaults | undefined;
  readonly #findings: Finding[] = [];
  /** How messages are stored if a fault changes that, by connection. */
  readonly #storage = new Map<string, Storage>();
  /** The connections with a stored message whose client has not got its reply. */
  readonly #owing = new Set<string>();
  #noneOwing: (() => void) | undefined;
  #allAnswered: Promise<void> | undefined;
  #connections = 0;
  #closing = false;

  /** @param authority the authority of a server with TLS. @param refused is called when a client is refused. */
  constructor(
    transcripts: Transcripts,
    maxLineLength: number,
    authority: CertificateAuthority | undefined,
    refused: (session: Session, reply: string) => void = () => {},
  ) {
    this.#refused = refused;
    this.#transcripts = transcripts;
    this.#maxLineLength = maxLineLength;
    this.#acceptors = authority && new FaultyAcceptors(authority);
  }

  /** Sets the listeners of the server. */
  open(listeners: readonly Listener[]): void {
    this.#listenFaults = new ListenFaults(listeners);
  }

  /** A message of this connection was stored. */
  caught(session: string): void {
    this.#owing.add(session);
  }

  /** Resolves when the client of each stored message has got its reply, or after a while. */
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

  /** The server closes. From now on a missing QUIT is not a finding. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#listenFaults?.stop();
  }

  async #applyListenFaults(): Promise<void> {
    this.#listenFaults?.apply(this.faults.standing("listen"));
    await this.#listenFaults?.ready;
  }

  /** The findings so far. */
  get findings(): readonly Finding[] {
    return [...this.#findings];
  }

  /** Forgets the findings, and lifts all faults. */
  clear(): void {
    this.#findings.length = 0;
    this.faults.clear();
  }

  /** How the last message of this connection is stored. */
  takeStorage(session: string): Storage {
    const storage = this.#storage.get(session) ?? properly;
    this.#storage.delete(session);
    return storage;
  }

  /** Creates the observer of a connection. */
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
      told: (reply) => {
        if (/^[45]/.test(reply)) this.#refused(session, reply);
      },
      answered: () => {
        if (this.#owing.delete(session.id) && this.#owing.size === 0) this.#noneOwing?.();
      },
      isCut: () => this.#closing,
    });
  }
}

/** How long the end waits for delayed replies, in milliseconds. */
const PATIENCE = 1000;

/** How many findings are kept. */
const MOST_FINDINGS = 1000;
