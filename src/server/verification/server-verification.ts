import type { Address } from "../../address/address.ts";
import type { Authentication } from "../../verify/authentication/authentication.ts";
import type { Authenticator } from "../../verify/authentication/authenticator.ts";
import type { loggedIn } from "../../verify/authentication/logged-in.ts";
import type { Session } from "../connection/session.ts";
import type { VerifyOptions } from "../options/verify-options.ts";
import type { Judgeability } from "./dmarc-ruling.ts";
import type { MessageCheck } from "./mail-verification.ts";

/** How a server finds out who sent its messages: the options, and the code, which is loaded only for this. */
export class ServerVerification {
  readonly #options: VerifyOptions;
  readonly #authservId: string;
  readonly #clientAddress: string | undefined;
  readonly #Authenticator: typeof Authenticator;
  readonly #loggedIn: typeof loggedIn;

  private constructor(
    options: VerifyOptions,
    authservId: string,
    clientAddress: string | undefined,
    code: { readonly Authenticator: typeof Authenticator; readonly loggedIn: typeof loggedIn },
  ) {
    this.#options = options;
    this.#authservId = authservId;
    this.#clientAddress = clientAddress;
    this.#Authenticator = code.Authenticator;
    this.#loggedIn = code.loggedIn;
  }

  /**
   * Loads the code.
   *
   * @param clientAddress stands for the address of all clients that no proxy names, whether they log in or not
   */
  static async load(
    options: VerifyOptions,
    hostname: string,
    clientAddress: string | undefined,
  ): Promise<ServerVerification> {
    const [{ Authenticator }, { loggedIn }] = await Promise.all([
      import("../../verify/authentication/authenticator.ts"),
      import("../../verify/authentication/logged-in.ts"),
    ]);
    const { authservId = hostname } = options;
    return new ServerVerification(options, authservId, clientAddress, { Authenticator, loggedIn });
  }

  /** What the option `dmarc` says. */
  get dmarc(): NonNullable<VerifyOptions["dmarc"]> {
    return this.#options.dmarc ?? "observe";
  }

  /** Begins to verify a message. Who has logged in is known, so nothing is looked at then. */
  begin(session: Session, from: Address | null, lmtp: boolean): MessageCheck {
    if (this.#isSubmission(session)) return submitted(this.#loggedIn(this.#authservId));
    const { resolver, trustedSealers } = this.#options;
    return this.#Authenticator.begin({
      origin: { ip: this.#addressOf(session, lmtp) ?? "", hello: session.hello?.name ?? "", from },
      authservId: this.#authservId,
      ...(resolver !== undefined && { resolver }),
      ...(trustedSealers !== undefined && { trustedSealers }),
    });
  }

  /** Whether the message of a session may be refused or quarantined by DMARC. */
  judgeability(session: Session, lmtp: boolean, path: string | undefined): Judgeability {
    const known = this.#addressOf(session, lmtp) !== undefined;
    return { known, refusable: known && !lmtp && path === undefined };
  }

  #isSubmission({ authenticated }: Session): boolean {
    return authenticated !== undefined && this.#clientAddress === undefined;
  }

  /**
   * The address of the client that sent the message; `undefined` if it is not known. A server that hands mail over by
   * LMTP has got it from another client, and a proxy that names no client may have one all the same.
   */
  #addressOf({ remoteAddress, via }: Session, lmtp: boolean): string | undefined {
    if (via === "proxy" || via === "xclient") return remoteAddress || undefined;
    if (this.#clientAddress !== undefined) return this.#clientAddress;
    return via === "local" || lmtp ? undefined : remoteAddress || undefined;
  }
}

/** Stands for the verification of a message of a client that has logged in. */
function submitted(authentication: Authentication): MessageCheck {
  return {
    spf: Promise.resolve(authentication.spf),
    write() {},
    finish: async () => authentication,
    abandon() {},
  };
}
