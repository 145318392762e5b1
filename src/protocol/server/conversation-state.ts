import { closesConnection } from "../closing-reply.ts";

/** The step that a conversation has reached: the columns of the command table. */
export type ConversationState = "fresh" | "ready" | "mail" | "recipients" | "chunks";

/** What moves a conversation from one state to another. */
export type StateEvent = "hello" | "secured" | "restart" | "mail" | "recipient" | "chunk" | "reset";

/** The state that follows each event in each state. The command table allows no event that is absent here. */
const transitions: Readonly<
  Record<StateEvent, Readonly<Partial<Record<ConversationState, ConversationState>>>>
> = {
  hello: { fresh: "ready", ready: "ready", mail: "ready", recipients: "ready", chunks: "ready" },
  secured: { fresh: "fresh", ready: "fresh", mail: "fresh", recipients: "fresh", chunks: "fresh" },
  restart: { fresh: "fresh", ready: "fresh" },
  mail: { ready: "mail" },
  recipient: { mail: "recipients", recipients: "recipients" },
  chunk: { recipients: "chunks", chunks: "chunks" },
  reset: { fresh: "fresh", ready: "ready", mail: "ready", recipients: "ready", chunks: "ready" },
};

/**
 * The state of a conversation, and whether its connection must be closed. Two rules, like in h11: everything that
 * changes the state is in this file, and this file does not know commands, content and the host application.
 */
export class ConversationStates {
  #state: ConversationState = "fresh";
  #closing = false;

  /** The state now. */
  get state(): ConversationState {
    return this.#state;
  }

  /** Whether the connection must be closed after the replies were sent. It never becomes false again. */
  get closing(): boolean {
    return this.#closing;
  }

  /** Whether a transaction has begun and has not ended. */
  get inTransaction(): boolean {
    return this.#state !== "fresh" && this.#state !== "ready";
  }

  /** Moves to the next state. */
  on(event: StateEvent): void {
    const next = transitions[event][this.#state];
    if (next === undefined) throw new TypeError(`"${event}" cannot follow in the state "${this.#state}"`);
    this.#state = next;
  }

  /** A reply with this code has been written: after some the server closes the connection. */
  replied(code: number): void {
    if (closesConnection({ code })) this.#closing = true;
  }

  /** Nothing more is read: the client has quit, or what follows cannot be read. */
  close(): void {
    this.#closing = true;
  }
}
