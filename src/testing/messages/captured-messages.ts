import type { CapturedMessage } from "./captured-message.ts";

/** How much a TestServer keeps. Beyond it the oldest is forgotten, whether anybody has looked at it or not. */
export interface KeepOptions {
  /** So many messages; 1000. */
  readonly messages?: number;
  /**
   * So many octets of messages, of what has been parsed of them, and of their recipients, the newest message excepted;
   * 256 MiB.
   */
  readonly octets?: number;
  /** The transcripts of so many connections that are closed; 1000. */
  readonly connections?: number;
}

/** Who is told of what is caught. */
export interface MessageObserver {
  caught(message: CapturedMessage): void;
  /** Nothing more will come. */
  closed(): void;
}

/** What a TestServer has caught and still keeps, oldest first. */
export class CapturedMessages {
  readonly #limits: Required<Pick<KeepOptions, "messages" | "octets">>;
  readonly #observers = new Set<MessageObserver>();
  #messages: CapturedMessage[] = [];
  /** What each of them takes, in their order. */
  #sizes: number[] = [];
  #octets = 0;
  /** How many have been forgotten to make room. */
  dropped = 0;
  /** Whether nothing more will come. */
  closed = false;

  constructor({ messages = 1000, octets = 256 * 1_048_576 }: KeepOptions = {}) {
    this.#limits = { messages, octets };
  }

  /** What is kept, not to be changed. */
  get messages(): readonly CapturedMessage[] {
    return this.#messages;
  }

  /** Adds a message, forgets what is too much, and tells whoever watches, in the order in which they began to. */
  add(message: CapturedMessage): void {
    const before = this.#messages.at(-1);
    // Of what two messages share, the newer has the whole, because it is kept longer.
    if (before?.raw === message.raw) this.#charge(this.#messages.length - 1, -message.raw.length);
    this.#messages.push(message);
    this.#sizes.push(0);
    this.#charge(this.#messages.length - 1, message.raw.length + message.to.length * RECIPIENT);
    this.#makeRoom();
    for (const { caught } of [...this.#observers]) caught(message);
  }

  /** A message takes more room than before. */
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
  }

  /** Tells of each message that is added, and of the end, until what is returned is called. */
  observe(observer: MessageObserver): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /** Nothing more will come. */
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

/** What a recipient takes: an address, its text, and its parameters. */
const RECIPIENT = 300;
