import type { Fault } from "../../testing/faults/definition/fault.ts";
import type { FaultHandle } from "../../testing/faults/selection/fault-book.ts";
import type { TestServer } from "../../testing/test-server.ts";

/** How often Jim, the chaos monkey of MailHog, makes something fail, from 0 to 1. */
export interface JimChances {
  readonly DisconnectChance: number;
  readonly AcceptChance: number;
  readonly RejectSenderChance: number;
  readonly RejectRecipientChance: number;
  readonly RejectAuthChance: number;
}

/** Jim as faults of a TestServer: so the same run fails in the same places. He does not slow connections down. */
export class Jim {
  readonly #server: TestServer;
  #handle: FaultHandle | undefined;

  constructor(server: TestServer) {
    this.#server = server;
  }

  /** What he does, with the chances of MailHog; `undefined` if he sleeps. */
  get chances(): JimChances | undefined {
    return this.#handle === undefined ? undefined : CHANCES;
  }

  /** Wakes him. @returns whether he slept. */
  wake(): boolean {
    if (this.#handle !== undefined) return false;
    this.#handle = this.#server.fail(...faults);
    return true;
  }

  /** @returns whether he was awake. */
  sleep(): boolean {
    const wasAwake = this.#handle !== undefined;
    this.#handle?.lift();
    this.#handle = undefined;
    return wasAwake;
  }
}

/** The defaults of MailHog. */
const CHANCES: JimChances = {
  DisconnectChance: 0.005,
  AcceptChance: 0.99,
  RejectSenderChance: 0.05,
  RejectRecipientChance: 0.05,
  RejectAuthChance: 0.05,
};

const faults: readonly Fault[] = [
  { at: "connect", when: { chance: 1 - CHANCES.AcceptChance }, drop: "before" },
  { at: "data", when: { chance: CHANCES.DisconnectChance }, drop: "before" },
  { at: "mail", when: { chance: CHANCES.RejectSenderChance }, reply: "550 5.7.1 Jim refuses this sender" },
  {
    at: "rcpt",
    when: { chance: CHANCES.RejectRecipientChance },
    reply: "550 5.7.1 Jim refuses this recipient",
  },
  { at: "auth", when: { chance: CHANCES.RejectAuthChance }, reply: "535 5.7.8 Jim refuses this login" },
];
