import type { Address } from "../../address/address.ts";
import { Reply } from "../../protocol/reply.ts";
import type { Authentication } from "../../verify/authentication/authentication.ts";
import { type Judgeability, type Ruling, rulingOf } from "../verification/dmarc-ruling.ts";
import { MailVerification, type SenderQuestions, unverified } from "../verification/mail-verification.ts";
import type { HookCalls } from "./hook-calls.ts";
import type { ServerContext } from "./server-context.ts";

/** Verifies the mail of one connection, one transaction after another, if the server verifies mail. */
export class IncomingVerification {
  readonly #host: ServerContext;
  readonly #calls: HookCalls;
  #mail: MailVerification | undefined;

  constructor(host: ServerContext, calls: HookCalls) {
    this.#host = host;
    this.#calls = calls;
  }

  /** What hooks can ask about the sender of the mail. */
  get questions(): SenderQuestions {
    return this.#mail ?? unverified;
  }

  /** A transaction begins. Returns what hooks can ask about its sender. */
  expect(from: Address | null): SenderQuestions {
    const { verification, protocol, path } = this.#host;
    if (verification === undefined) return unverified;
    this.abandon();
    const { session } = this.#calls.context;
    this.#mail = new MailVerification(
      () => verification.begin(session, from, protocol.lmtp),
      (authentication) =>
        this.#ruling(authentication, verification.judgeability(session, protocol.lmtp, path)),
    );
    return this.#mail;
  }

  /** Takes the next octets of the content. */
  write(octets: Buffer): void {
    this.#mail?.write(octets);
  }

  /** All of the content has come. Resolves to the refusal if it is refused for what was found out about its sender. */
  async judge(): Promise<Reply | undefined> {
    const mail = this.#mail;
    if (mail === undefined) return undefined;
    mail.complete();
    const { dmarc } = this.#host.verification ?? {};
    // Nothing else refuses, so the hook need not wait.
    if (dmarc !== "reject" && typeof dmarc !== "function") return undefined;
    return await this.#calls.unlessLost(mail.ruling().then(({ refusal }) => refusal));
  }

  /** The content does not come whole, or nothing more is asked about it. */
  abandon(): void {
    this.#mail?.abandon();
  }

  /** What becomes of a message, as the option `verify.dmarc` says. */
  async #ruling(authentication: Authentication, judgeability: Judgeability): Promise<Ruling> {
    const mode = this.#host.verification?.dmarc ?? "observe";
    if (typeof mode !== "function") return rulingOf(mode, authentication, judgeability);
    // Who has logged in is not judged.
    if (authentication.dmarc.code === "logged-in") return { authentication };
    const judgement = this.#host.policy.dmarc(this.#calls.context, authentication, mode);
    const decision =
      judgement instanceof Promise ? await this.#calls.inTime("verify.dmarc", judgement) : judgement;
    if (decision instanceof Reply) return { authentication, refusal: decision };
    return rulingOf(decision, authentication, judgeability);
  }
}
