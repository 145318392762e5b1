import type { Session } from "../../server/connection/session.ts";
import type { CapturedMessage } from "./captured-message.ts";

/** How much a TestServer keeps. It forgets the oldest, whether a test has read it or not. */
export interface KeepOptions {
  /** The most messages; default 1000. */
  readonly messages?: number;
  /**
   * The most bytes of messages, their parsed forms and their recipients; default 256 MiB. The newest message is always
   * kept.
   */
  readonly octets?: number;
  /** The most transcripts of closed connections; default 1000. */
  readonly connections?: number;
}

/** Observes messages as they arrive. */
export interface MessageObserver {
  caught(message: CapturedMessage): void;
  /** All messages were forgotten by `clear`. */
  cleared?(): void;
  /** A client was refused by this reply. */
  refused?(session: Session, reply: string): void;
  /** No more messages will arrive. */
  closed(): void;
}

/** The messages that a TestServer has received and still keeps, oldest first. */
export class CapturedMessages {
  readonly #limits: Required<Pick<KeepOptions, "messages" | "octets">>;
  readonly #observers = new Set<MessageObserver>();
  #messages: CapturedMessage[] = [];
  /** The size of each message, in the same order. */
  #sizes: number[] = [];
  #octets = 0;
  /** How many messages were forgotten to make room. */
  dropped = 0;
  /** Whether the server is closed, so that no more messages arrive. */
  closed = false;

  constructor({ messages = 1000, octets = 256 * 1_048_576 }: KeepOptions = {}) {
    this.#limits = { messages, octets };
  }

  /** The messages. Do not change the array. */
  get messages(): readonly CapturedMessage[] {
    return this.#messages;
  }

  /**
   * Adds a message, forgets the oldest if there are too many, and calls the observers, in the order in which they were
   * added.
   */
  add(message: CapturedMessage): void {
    const before = this.#messages.at(-1);
    // If two messages share their bytes, they count for the newer one, which is kept longer.
    if (before?.raw === message.raw) this.#charge(this.#messages.length - 1, -message.raw.length);
    this.#messages.push(message);
    this.#sizes.push(0);
    this.#charge(this.#messages.length - 1, message.raw.length + message.to.length * RECIPIENT);
    this.#makeRoom();
    for (const { caught } of [...this.#observers]) caught(message);
  }

  /** Counts more bytes for a message, such as those of its parsed form. */
  grew(message: CapturedMessage, octets: number): void {
    const index = this.#messages.lastIndexOf(message);
    if (index === -1) return;
    this.#charge(index, octets);
    this.#makeRoom();
  }

  /** Forgets the messages. */
  clear(): void {
    this.#messages = [];
    this.#sizes = [];
    this.#octets = 0;
    for (const observer of [...this.#observers]) observer.cleared?.();
  }

  /** Forgets some of the messages. */
  remove(messages: ReadonlySet<CapturedMessage>): void {
    const kept = this.#messages.map((message, index) => ({ message, size: this.#sizes[index] ?? 0 }));
    const left = kept.filter(({ message }) => !messages.has(message));
    this.#messages = left.map(({ message }) => message);
    this.#sizes = left.map(({ size }) => size);
    this.#octets = this.#sizes.reduce((sum, size) => sum + size, 0);
  }

  /** Calls an observer for each new message and at the end. The returned function stops that. */
  observe(observer: MessageObserver): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /** Tells the observers that a client was refused. */
  refused(session: Session, reply: string): void {
    for (const observer of this.#observers) observer.refused?.(session, reply);
  }

  /** Tells the observers that no more messages will arrive. */
  close(): void {
    this.closed = true;
    for (const { closed } of [...this.#observers]) closed();
  }

  #charge(index: number, octets: number): void {
    this.#sizes[index] = (this.#sizes[index] ?? 0) + octets;
    this.#octets += octets;
  }

  #makeRoom(): void {
    const { messages, octets } = this.#limits;
    let surplus = 0;
    let size = this.#octets;
    const last = this.#messages.length - 1;
    while (surplus < last && (this.#messages.length - surplus > messages || size > octets)) {
      size -= this.#sizes[surplus] ?? 0;
      surplus++;
    }
    if (surplus === 0) return;
    this.#messages = this.#messages.slice(surplus);
    this.#sizes = this.#sizes.slice(surplus);
    this.#octets = size;
    this.dropped += surplus;
  }
}

/** Lets {@link caughtBy} find the messages of a server. */
export function giveCaught(server: object, caught: CapturedMessages): void {
  Object.defineProperty(server, key, { value: caught });
}

/** The messages of a TestServer, also of one that another copy of envoi made; `undefined` for anything else. */
export function caughtBy(server: unknown): CapturedMessages | undefined {
  return (server as { readonly [key]?: CapturedMessages } | null | undefined)?.[key];
}

const key: unique symbol = Symbol.for("envoi.caughtMessages");

/** The size of a recipient, in bytes: an address, its text, and its parameters. */
const RECIPIENT = 300;
