import { type EnvoiError, type ErrorKind, misconfigured } from "../../errors.ts";
import type { Clock } from "../../net/clock.ts";
import type { SendError } from "../../protocol/send-error.ts";
import type { SendReport } from "../../protocol/send-report.ts";
import { checkOptionNames } from "../option-names.ts";
import { checkCount, checkFlag, checkMilliseconds } from "../option-values.ts";
import type { Transport } from "../transport.ts";
import { closedAtRecipient } from "./closed-at-recipient.ts";
import type { ForwardedMail } from "./forwarding-transport.ts";
import { Outcomes } from "./outcomes.ts";
import { round } from "./round.ts";

/** A transport with the name that reports call it by. */
export interface NamedRelay {
  /** What reports call it by; of two relays not the same. */
  readonly name: string;
  /** The transport itself. */
  readonly transport: Transport;
}

/** How a transport chooses among others. */
export interface RelayOptions {
  /** Milliseconds for which a relay that failed is asked last; 30,000 by default. */
  readonly rest?: number | undefined;
  /** Whether recipients refused for now (4xx) are tried at the next relay too; `false` by default. */
  readonly transientRefusals?: boolean | undefined;
  /** How many mails `sendAll` sends at once; 100 by default. */
  readonly concurrency?: number | undefined;
}

/** Relays that stand in for one another, and which of them are resting. */
export class Relays {
  readonly concurrency: number;
  readonly #relays: readonly NamedRelay[];
  readonly #rest: number;
  readonly #transientRefusals: boolean;
  readonly #clock: Clock;
  readonly #restsUntil: Map<NamedRelay, number> = new Map();

  /** @throws EnvoiError of kind `"configuration"` where a relay or an option makes no sense. */
  constructor(
    owner: string,
    relays: readonly (Transport | NamedRelay)[],
    options: RelayOptions,
    clock: Clock,
  ) {
    checkOptionNames(owner, options, ["rest", "transientRefusals", "concurrency"]);
    const { rest = 30_000, transientRefusals = false, concurrency = 100 } = options;
    checkMilliseconds(`${owner}: rest`, rest, 0);
    checkFlag(`${owner}: transientRefusals`, transientRefusals);
    checkCount(`${owner}: concurrency`, concurrency, 1);
    if (!Array.isArray(relays)) throw wrong(owner, "expects an array of transports");
    if (relays.length === 0) throw wrong(owner, "expects at least one transport");
    this.#relays = relays.map((relay, index) => named(owner, relay, index));
    if (new Set(this.#relays.map(({ name }) => name)).size < relays.length)
      throw wrong(owner, "two relays have the same name");
    this.#rest = rest;
    this.#transientRefusals = transientRefusals;
    this.concurrency = concurrency;
    this.#clock = clock;
  }

  get transports(): readonly Transport[] {
    return this.#relays.map(({ transport }) => transport);
  }

  /** Sends a mail by the relay at `first`, and by those behind it whatever it did not take; who rests comes last. */
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
      if (errors.some(isOfRelay)) this.#restsUntil.set(relay, this.#clock.now() + this.#rest);
    }
    return outcomes.end();
  }

  #inOrder(first: number): NamedRelay[] {
    const turned = [...this.#relays.slice(first), ...this.#relays.slice(0, first)];
    const now = this.#clock.now();
    const rests = (relay: NamedRelay) => (this.#restsUntil.get(relay) ?? 0) > now;
    return [...turned.filter((relay) => !rests(relay)), ...turned.filter(rests)];
  }
}

/** Whether it is the relay that failed, and not this one mail. */
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

function named(owner: string, relay: Transport | NamedRelay, index: number): NamedRelay {
  const { name, transport } =
    typeof relay === "object" && relay !== null && "transport" in relay
      ? relay
      : { name: `relay ${index + 1}`, transport: relay };
  if (typeof name !== "string" || name === "") throw wrong(owner, `relays[${index}]: its name is no text`);
  if (typeof transport?.send !== "function" || typeof transport.sendRaw !== "function")
    throw wrong(owner, `relays[${index}] is no transport; a builder wants .build()`);
  return { name, transport };
}

function wrong(owner: string, problem: string): EnvoiError {
  return misconfigured(`${owner}: ${problem}`);
}
