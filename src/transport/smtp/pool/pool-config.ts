import type { OneOrMore } from "../../../text/one-or-more.ts";
import { checkOptionNames } from "../../option-names.ts";
import { checkCount, checkMilliseconds } from "../../option-values.ts";
import { wrongOption } from "../wrong-option.ts";

/** How many connections a transport keeps and for how long, and how fast it sends. */
export interface PoolConfig {
  /** At most this many connections at once; 5 by default. */
  readonly maxSize: number;
  /** This many connections, once opened, are not closed for being idle; 0 by default. The server may close them. */
  readonly minIdle: number;
  /** Milliseconds after which a connection that nothing was sent over is closed; 60,000 by default. */
  readonly idleTimeout: number;
  /** At most this many mails unanswered on a connection, with `pipelining("window")`; 16 by default. */
  readonly maxInFlight: number;
  /** Mails after which a connection is closed and another opened; no such number by default. */
  readonly maxMessagesPerConnection: number;
  /** Milliseconds after which a connection takes no further mail and is closed; no such time by default. */
  readonly maxLifetime: number;
  /**
   * At most this many mails wait for a connection; one more is refused with kind `"queue-full"`, not sent. No such
   * number by default. The mails of a run wait in its source, and are neither counted nor refused.
   */
  readonly maxQueue: number;
  /** How many mails may be sent in what time, over all connections together; several such limits all hold. */
  readonly rate: OneOrMore<Rate>;
}

/** A limit to how fast is sent: within any `interval`, whenever it begins, no more than so many mails. */
export interface Rate {
  /** Mails, counted when their sender is named to the server. */
  readonly messages: number;
  /** Milliseconds. */
  readonly interval: number;
}

/** The configuration where nothing was said. */
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

/**
 * What was said, over what was said before. `false` is a connection for each mail, closed when it is sent.
 *
 * @throws EnvoiError of kind `"configuration"` naming what makes no sense.
 */
export function readPoolConfig(given: Partial<PoolConfig> | false, before: PoolConfig): PoolConfig {
  if (given === false) return { ...before, maxMessagesPerConnection: 1 };
  checkOptionNames(OWNER, given, Object.keys(defaultPool));
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  const config: PoolConfig = { ...before, ...Object.fromEntries(said) };
  const { maxSize, minIdle } = config;
  checkCount(`${OWNER}: maxSize`, maxSize, 1);
  checkCount(`${OWNER}: minIdle`, minIdle, 0);
  if (minIdle > maxSize) throw wrongOption("pool", `minIdle is at most maxSize, ${maxSize}, not ${minIdle}`);
  checkMilliseconds(`${OWNER}: idleTimeout`, config.idleTimeout);
  checkCount(`${OWNER}: maxInFlight`, config.maxInFlight, 1);
  checkCount(
    `${OWNER}: maxMessagesPerConnection`,
    config.maxMessagesPerConnection,
    1,
    Number.POSITIVE_INFINITY,
  );
  checkMilliseconds(`${OWNER}: maxLifetime`, config.maxLifetime);
  checkCount(`${OWNER}: maxQueue`, config.maxQueue, 0, Number.POSITIVE_INFINITY);
  return { ...config, rate: ratesOf(config).map(checkRate) };
}

/** Where an option stands, for errors. */
const OWNER = "SmtpTransport pool";

/** The limits to how fast is sent. */
export function ratesOf({ rate }: Pick<PoolConfig, "rate">): readonly Rate[] {
  return Array.isArray(rate) ? rate : [rate as Rate];
}

function checkRate(rate: Rate): Rate {
  checkOptionNames(`${OWNER}: rate`, rate, ["messages", "interval"]);
  const { messages, interval } = rate;
  checkCount(`${OWNER}: rate.messages`, messages, 1);
  checkMilliseconds(`${OWNER}: rate.interval`, interval);
  if (interval === Number.POSITIVE_INFINITY) throw wrongOption("pool", "rate.interval has an end");
  return { messages, interval };
}
