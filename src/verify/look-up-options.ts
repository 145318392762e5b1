import { abortSignal, milliseconds, objectWith, wholeNumber } from "../text/options/option-kinds.ts";
import { type OptionReaders, wrongOption } from "../text/options/option-reader.ts";
import type { Resolver } from "./resolver/resolver.ts";

/** The options of everything that asks DNS. */
export interface LookUpOptions {
  /** Where the answers to DNS questions come from. */
  readonly resolver: Resolver;
  /** The time that signatures are judged by, as a Date or in milliseconds since 1970. Default: now. */
  readonly now?: Date | number | undefined;
  /**
   * After how many milliseconds all further answers are temporary failures. While a message arrives, the time begins
   * again when its header has ended, and when it is complete. Default: 20,000.
   */
  readonly deadline?: number | undefined;
  /** How many DNS questions may be asked for one message. Default: 100. */
  readonly maxQueries?: number | undefined;
  /** Aborts the verification: its promise rejects with an error of kind `"aborted"`. */
  readonly signal?: AbortSignal | undefined;
}

/** How each of these options is read. */
export const lookUpReaders: OptionReaders<LookUpOptions> = {
  resolver: objectWith("resolve"),
  now: readTime,
  deadline: milliseconds(),
  maxQueries: wholeNumber(0),
  signal: abortSignal,
};

/** The seconds since 1970 of the time that signatures are judged by. */
export function secondsOf(now: Date | number | undefined): number {
  return Math.floor((now === undefined ? Date.now() : Number(now)) / 1000);
}

function readTime(value: unknown, field: string): Date | number {
  if ((value instanceof Date || typeof value === "number") && Number.isFinite(Number(value))) return value;
  throw wrongOption(field, "a Date or milliseconds since 1970", value);
}
