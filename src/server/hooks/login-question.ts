import { harmless } from "../../errors.ts";
import type { AuthAttempt } from "../../protocol/sasl/auth-attempt.ts";
import type { ScramKeys } from "../../protocol/sasl/scram-keys.ts";
import type { AuthContext, HookContext } from "./hooks.ts";
import { needsProof, type StepwiseAttempt, verifier } from "./verifier.ts";

/** A login about which the hook `auth` is asked: what it gets, and whether the client has proved who it is. */
export class LoginQuestion {
  /** What the hook gets. */
  readonly context: AuthContext;
  #proved: boolean;

  constructor(context: HookContext, mechanism: string, attempt: AuthAttempt | StepwiseAttempt) {
    const compare = verifier(attempt);
    this.#proved = !needsProof(attempt);
    const verify = (held: string | ScramKeys) => {
      const verified = (async () => {
        const same = await compare(held);
        this.#proved ||= same;
        return same;
      })();
      // A hook that has failed no longer waits for it: a rejection must not end the process.
      harmless(verified);
      return verified;
    };
    this.context = {
      ...context,
      mechanism,
      user: attempt.user,
      ...("password" in attempt && { password: attempt.password }),
      verify,
    };
    if ("token" in attempt) {
      // `secrets[user] === password` holds for a stranger who brings no password: only who asks for the token has
      // judged it.
      const get = () => {
        this.#proved = true;
        return attempt.token;
      };
      Object.defineProperty(this.context, "token", { get, enumerable: true });
    }
  }

  /** Whether `{ user }` may accept the login: the hook has compared secrets, or was shown one. */
  get proved(): boolean {
    return this.#proved;
  }
}
