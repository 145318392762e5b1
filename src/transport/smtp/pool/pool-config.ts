import type { OneOrMore } from "../../../text/options/one-or-more.ts";
import { duration, group, oneOrMore, wholeNumber } from "../../../text/options/option-kinds.ts";
import {
  type OptionReaders,
  readOptions,
  refuseOption,
  wrongOption,
} from "../../../text/options/option-reader.ts";

/** How many connections a transport keeps and for how long, and how fast it sends. */
export interface PoolConfig {
  /** At most this many connections at once; 5 by default. */
  readonly maxSize: number;
  /** This many connections stay open when idle; 0 by default. The server may close them. */
  readonly minIdle: number;
  /** Milliseconds after which an idle connection is closed; 60,000 by default. */
  readonly idleTimeout: number;
  /** At most this many mails unanswered on a connection, with `pipelining("window")`; 16 by default. */
  readonly maxInFlight: number;
  /** Mails after which a connection is closed and another opened; without limit by default. */
  readonly maxMessagesPerConnection: number;
  /** Milliseconds after which a connection takes no further mail and is closed; without limit by default. */
  readonly maxLifetime: number;
  /**
   * At most this many mails wait for a connection; one more is refused with kind `"queue-full"`, not sent. Without
   * limit by default. The mails of a run wait in its source, and are neither counted nor refused.
   */
  readonly maxQueue: number;
  /**
   * How many mails may be sent in a given time, over all connections together. If there are several limits, each holds.
   */
  readonly rate: OneOrMore<Rate>;
}

/** A limit to the speed: within any `interval`, whenever it begins, at most this many mails. */
export interface Rate {
  /** Mails, counted when their MAIL command is sent. */
  readonly messages: number;
  /** Milliseconds. */
  readonly interval: number;
}

/** The default configuration. */
export const defaultPool: PoolConfig = {
  maxSize: 5,
  minIdle: 0,
  idleTimeout: 60_000,
  maxInFlight: 16,
  maxMessagesPerConnection: Number.POSITIVE_INFINITY,
  maxLifetime: Number.POSITIVE_INFINITY,
  maxQueue: Number.POSITIVE_INFINITY,
  rate: [],
};

const readers: OptionReaders<PoolConfig> = {
  maxSize: wholeNumber(1),
  minIdle: wholeNumber(0),
  idleTimeout: duration(),
  maxInFlight: wholeNumber(1),
  maxMessagesPerConnection: wholeNumber(1, Number.POSITIVE_INFINITY),
  maxLifetime: duration(),
  maxQueue: wholeNumber(0, Number.POSITIVE_INFINITY),
  rate: oneOrMore(rate),
};

/**
 * Reads a configuration, whose values replace those of `before`. `false` means one connection for each mail, closed
 * when it is sent.
 *
 * @throws EnvoiError of kind `"configuration"` naming what is not valid.
 */
export function readPoolConfig(given: Partial<PoolConfig> | false, before: PoolConfig): PoolConfig {
  if (given === false) return { ...before, maxMessagesPerConnection: 1 };
  const config: PoolConfig = { ...before, ...readOptions(given as PoolConfig, readers, "pool") };
  const { maxSize, minIdle } = config;
  if (minIdle > maxSize)
    throw refuseOption("pool.minIdle", `expected at most maxSize, which is ${maxSize}, got ${minIdle}`);
  return config;
}

/** The limits to the number of mails in a time. */
export function ratesOf({ rate }: Pick<PoolConfig, "rate">): readonly Rate[] {
  return Array.isArray(rate) ? rate : [rate as Rate];
}

const rateReaders: OptionReaders<Rate> = { messages: wholeNumber(1), interval: duration() };

function rate(value: unknown, field: string): Rate {
  const read = group(rateReaders, ["messages", "interval"])(value, field);
  if (read.interval !== Number.POSITIVE_INFINITY) return read;
  throw wrongOption(`${field}.interval`, "a finite number of milliseconds", read.interval);
}
