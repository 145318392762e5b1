import type { Clock } from "../../net/clock.ts";
import type { Transport } from "../transport.ts";
import type { Outcomes } from "./outcomes.ts";
import { type Attempt, attempt, type ForwardedMail } from "./relay-attempt.ts";

/** A mail for a transport, and what is known about it. */
export interface Round {
  readonly mail: ForwardedMail;
  readonly transport: Transport;
  readonly outcomes: Outcomes;
  /** Whether recipients that were refused temporarily get it too. */
  readonly transientRefusals: boolean;
  readonly clock: Clock;
  /** The deadline of the mail; after it no attempt begins. */
  readonly ends: number;
  /** The name of the relay, if it has one. */
  readonly via?: string | undefined;
}

/**
 * Gives a mail to a transport for everyone it may still be sent to, and returns how each attempt ended: at most two.
 *
 * Recipients at whom a server closed the connection get it after the others and apart from them, or the others would
 * never get it. They wait for the next round if nothing was sent to the others either.
 */
export async function round(given: Round): Promise<readonly Attempt[]> {
  const { mail, transport, outcomes, transientRefusals, clock, ends, via } = given;
  const { options, closing } = mail;
  const attempts: Attempt[] = [];
  for (const rest of outcomes.rest(transientRefusals)) {
    const left = ends - clock.now();
    if (left <= 0) break;
    const deadline = left === Number.POSITIVE_INFINITY ? undefined : left;
    const ended = await attempt(mail, transport, rest, { ...options, deadline });
    outcomes.add(ended, via);
    attempts.push(ended);
    if (ended.error?.delivery === "not-sent" || closing.aborted || options.signal?.aborted) break;
    if (options.once === true) break;
  }
  return attempts;
}
