import { EnvoiError, harmless, misconfigured } from "../../errors.ts";
import { refuseOption } from "../../text/options/option-reader.ts";
import type { Authentication } from "../../verify/authentication/authentication.ts";
import type { SpfVerdict } from "../../verify/spf/spf-verdict.ts";
import type { Ruling } from "./dmarc-ruling.ts";

/** What hooks can ask about the sender of a mail. */
export interface SenderQuestions {
  /** What SPF says. */
  readonly spf: () => Promise<SpfVerdict>;
  /** What is known when the whole message has arrived. */
  readonly authentication: () => Promise<Authentication>;
}

/** What verifies one message while it arrives: an Authenticator, or what stands for one. */
export interface MessageCheck {
  readonly spf: Promise<SpfVerdict>;
  write(octets: Uint8Array): void;
  finish(): Promise<Authentication>;
  abandon(): void;
}

/**
 * Finds out who sent the mail of one transaction, while it arrives. It begins when a hook asks, or the content does.
 *
 * `complete` or `abandon` must be called in the end.
 */
export class MailVerification implements SenderQuestions {
  readonly #start: () => MessageCheck;
  readonly #rule: (authentication: Authentication) => Promise<Ruling> | Ruling;
  #check: MessageCheck | undefined;
  #over = false;
  #ruling: Promise<Ruling> | undefined;
  /** Those who wait for the message to arrive. */
  #waiting: { resolve(): void; reject(error: unknown): void }[] = [];
  #arrival: "awaited" | "whole" | "abandoned" = "awaited";

  /**
   * @param start begins to verify the message
   * @param rule decides what becomes of it
   */
  constructor(start: () => MessageCheck, rule: (authentication: Authentication) => Promise<Ruling> | Ruling) {
    this.#start = start;
    this.#rule = rule;
  }

  readonly spf = (): Promise<SpfVerdict> => this.#begun.spf;

  /** Rejects if the message does not arrive whole. */
  readonly authentication = async (): Promise<Authentication> => {
    await this.#arrived();
    return (await this.ruling()).authentication;
  };

  /** Takes the next octets of the content. */
  write(octets: Uint8Array): void {
    this.#begun.write(octets);
  }

  /** All of the message has arrived. */
  complete(): void {
    if (this.#arrival !== "awaited") return;
    this.#arrival = "whole";
    for (const { resolve } of this.#waiting) resolve();
    this.#waiting = [];
  }

  /** What becomes of the message, of which all has arrived. */
  ruling(): Promise<Ruling> {
    this.#ruling ??= this.#finish();
    return this.#ruling;
  }

  /** The message does not come, or nothing more is asked about it. What was asked is still answered. */
  abandon(): void {
    if (this.#arrival === "awaited") {
      this.#arrival = "abandoned";
      for (const { reject } of this.#waiting) reject(notArrived());
      this.#waiting = [];
    }
    if (this.#ruling === undefined) this.#check?.abandon();
    this.#over = true;
  }

  async #finish(): Promise<Ruling> {
    return await this.#rule(await this.#begun.finish());
  }

  #arrived(): Promise<void> | undefined {
    if (this.#arrival === "whole") return undefined;
    if (this.#arrival === "abandoned") return Promise.reject(notArrived());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
  }

  get #begun(): MessageCheck {
    if (this.#check === undefined) {
      this.#check = this.#start();
      // A hook that kept its context asks too late.
      if (this.#over) this.#check.abandon();
    }
    return this.#check;
  }
}

/** Asks who sent a message whose content the hook has read: before that, the whole would never arrive. */
export function askedAfterReading(
  ask: SenderQuestions["authentication"],
  content: { readonly wasRead: boolean; readonly failure: unknown },
): Promise<Authentication> {
  if (!content.wasRead)
    return rejecting(
      misconfigured(
        "authentication: expected to be called after the content was read: read all of `content`, or await `bytes()`, before",
      ),
    );
  const asked = ask().catch((error: unknown) => {
    throw content.failure ?? error;
  });
  harmless(asked);
  return asked;
}

/** What hooks get on a server that does not verify mail. */
export const unverified: SenderQuestions = {
  spf: () => refused("spf"),
  authentication: () => refused("authentication"),
};

function refused(question: string): Promise<never> {
  return rejecting(
    refuseOption(
      "verify",
      `is needed by ${question}() of the hooks`,
      "Give the server the option verify: {}",
    ),
  );
}

/** A promise that rejects with an error, which ends no process if nobody looks. */
function rejecting(error: EnvoiError): Promise<never> {
  const rejected = Promise.reject(error);
  harmless(rejected);
  return rejected;
}

function notArrived(): EnvoiError {
  return new EnvoiError("the message has not arrived whole", {
    kind: "closed",
    delivery: "not-sent",
    transient: true,
    permanent: false,
  });
}
