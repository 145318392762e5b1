import type { ErrorKind } from "../../errors.ts";
import type { Clock } from "../../net/clock.ts";
import type { SendError } from "../../protocol/send-error.ts";
import type { SendReport } from "../../protocol/send-report.ts";
import { duration, flag, text, wholeNumber } from "../../text/options/option-kinds.ts";
import {
  type OptionReaders,
  readOptions,
  refuseOption,
  wrongOption,
} from "../../text/options/option-reader.ts";
import type { Transport } from "../transport.ts";
import { closedAtRecipient } from "./closed-at-recipient.ts";
import { Outcomes } from "./outcomes.ts";
import type { ForwardedMail } from "./relay-attempt.ts";
import { round } from "./relay-round.ts";

/** A transport with the name that it has in reports. */
export interface NamedRelay {
  /** Its name in reports; no two relays may have the same. */
  readonly name: string;
  /** The transport itself. */
  readonly transport: Transport;
}

/** How a transport chooses among others. */
export interface RelayOptions {
  /** Milliseconds for which a relay that failed is tried last; 30,000 by default. */
  readonly cooldown?: number | undefined;
  /** Whether recipients that were refused temporarily (4xx) are tried at the next relay too; `false` by default. */
  readonly transientRefusals?: boolean | undefined;
  /** How many mails `sendAll` sends at once; 100 by default. */
  readonly concurrency?: number | undefined;
}

const readers: OptionReaders<RelayOptions> = {
  cooldown: duration(0),
  transientRefusals: flag,
  concurrency: wholeNumber(1),
};

/** Relays that replace one another, and which of them failed recently. */
export class Relays {
  readonly concurrency: number;
  readonly #relays: readonly NamedRelay[];
  readonly #cooldown: number;
  readonly #transientRefusals: boolean;
  readonly #clock: Clock;
  readonly #coolsUntil: Map<NamedRelay, number> = new Map();

  /** @throws EnvoiError of kind `"configuration"` if a relay or an option is not valid. */
  constructor(relays: readonly (Transport | NamedRelay)[], options: RelayOptions, clock: Clock) {
    const read = readOptions(options, readers);
    const { cooldown = 30_000, transientRefusals = false, concurrency = 100 } = read;
    if (!Array.isArray(relays) || relays.length === 0)
      throw wrongOption("relays", "an array with at least one transport", relays);
    this.#relays = relays.map(named);
    if (new Set(this.#relays.map(({ name }) => name)).size < relays.length)
      throw refuseOption("relays", "two have the same name");
    this.#cooldown = cooldown;
    this.#transientRefusals = transientRefusals;
    this.concurrency = concurrency;
    this.#clock = clock;
  }

  get transports(): readonly Transport[] {
    return this.#relays.map(({ transport }) => transport);
  }

  /**
   * Sends a mail by the relay at `first`, and to the recipients that it did not accept by the next ones; relays that
   * cool down come last.
   */
  async forward(mail: ForwardedMail, first: number): Promise<SendReport> {
    const { envelope, options } = mail;
    const ends = this.#clock.now() + (options.deadline ?? Number.POSITIVE_INFINITY);
    const outcomes = new Outcomes(envelope, options);
    for (const relay of this.#inOrder(first)) {
      const ended = await round({
        mail,
        transport: relay.transport,
        via: relay.name,
        outcomes,
        transientRefusals: this.#transientRefusals,
        clock: this.#clock,
        ends,
      });
      if (ended.length === 0 || mail.closing.aborted || options.signal?.aborted) break;
      const errors = ended.flatMap(({ error }) => error ?? []);
      if (errors.some(({ kind }) => kind === "content")) break;
      if (errors.some(isOfRelay)) this.#coolsUntil.set(relay, this.#clock.now() + this.#cooldown);
    }
    return outcomes.end();
  }

  #inOrder(first: number): NamedRelay[] {
    const turned = [...this.#relays.slice(first), ...this.#relays.slice(0, first)];
    const now = this.#clock.now();
    const cools = (relay: NamedRelay) => (this.#coolsUntil.get(relay) ?? 0) > now;
    return [...turned.filter((relay) => !cools(relay)), ...turned.filter(cools)];
  }
}

/** Whether the relay failed, and not only this mail. */
function isOfRelay(error: SendError): boolean {
  const { kind, delivery } = error;
  if (closedAtRecipient(error)) return false;
  return OF_RELAYS.has(kind) || (kind === "rejected" && delivery === "not-sent");
}

const OF_RELAYS: ReadonlySet<ErrorKind> = new Set([
  "connection",
  "timeout",
  "tls",
  "authentication",
  "protocol",
  "closed",
]);

function named(relay: Transport | NamedRelay, index: number): NamedRelay {
  const { name, transport } =
    typeof relay === "object" && relay !== null && "transport" in relay
      ? relay
      : { name: `relay ${index + 1}`, transport: relay };
  const field = `relays[${index}]`;
  return { name: text(name, `${field}.name`), transport: toTransport(transport, field) };
}

/** Checks that a value is a transport, of any origin. @throws EnvoiError of kind `"configuration"` if it is not. */
export function toTransport(value: unknown, field: string): Transport {
  const { send, sendRaw } = (value ?? {}) as Partial<Transport>;
  if (typeof send === "function" && typeof sendRaw === "function") return value as Transport;
  throw wrongOption(field, "a transport", value, "If it is a builder, call .build()");
}
