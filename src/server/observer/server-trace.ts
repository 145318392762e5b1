import type { TracingChannel } from "node:diagnostics_channel";
import { EnvoiError } from "../../errors.ts";
import type { Journal } from "../../net/journal.ts";
import type { ServerTraceEvent } from "./server-events.ts";

/** One event of a tracing channel, which begins when this is created. */
export class ServerTrace<Event extends ServerTraceEvent> {
  readonly event: Event;
  readonly #journal: Journal;
  readonly #channel: TracingChannel<Event, Event>;
  readonly #begun: number = performance.now();

  constructor(journal: Journal, channel: TracingChannel<Event, Event>, event: Event) {
    this.#journal = journal;
    this.#channel = channel;
    this.event = event;
    journal.publish(channel.start, event);
    journal.publish(channel.end, event);
  }

  /** Ends it, once. */
  end(facts: Partial<Event>, error?: EnvoiError): Event {
    Object.assign(this.event, facts, { duration: performance.now() - this.#begun });
    if (error !== undefined) {
      this.event.error = error;
      this.#journal.publish(this.#channel.error, this.event);
    }
    this.#journal.publish(this.#channel.asyncStart, this.event);
    this.#journal.publish(this.#channel.asyncEnd, this.event);
    return this.event;
  }
}

/** An error for the subscribers, who look at its kind and its words. */
export function failed(kind: EnvoiError["kind"], message: string): EnvoiError {
  return new EnvoiError(message, { kind, delivery: "not-sent", transient: true, permanent: false });
}
