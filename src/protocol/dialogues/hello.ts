import type { ErrorKind } from "../../errors.ts";
import type { Dialect } from "../dialect.ts";
import { command, type Dialogue, read } from "../dialogue.ts";
import { type Capabilities, parseEhlo } from "../extensions.ts";
import { Failure } from "../failure.ts";
import { rewritingIn } from "../firewall-hint.ts";
import type { Reply } from "../reply.ts";

/** Waits for the greeting (RFC 5321 3.1). */
export function* greeting(): Dialogue<Reply> {
  const reply = yield* read("greeting");
  if (reply.code !== 220) throw refused("greeting", "the server does not take mail now", reply);
  return reply;
}

/** How a client introduces itself. */
export interface HelloManner {
  /** SMTP by default. */
  readonly dialect?: Dialect | undefined;
  /** Whether HELO is enough, which offers neither STARTTLS nor AUTH. `true` by default. */
  readonly mayHelo?: boolean | undefined;
}

/**
 * Sends EHLO, or HELO to a server that does not know it (RFC 5321 3.2), and returns what the server offers. LMTP has
 * only LHLO (RFC 2033 4.1). If HELO fails too, the reply to EHLO is the reason.
 */
export function* hello(
  domain: string,
  { dialect = "smtp", mayHelo = true }: HelloManner = {},
): Dialogue<Capabilities> {
  const verb = dialect === "lmtp" ? "LHLO" : "EHLO";
  const ehlo = yield* command({ verb, domain }, "hello");
  if (ehlo.code === 250) return parseEhlo(ehlo.lines);
  const refusal = helloRefused(ehlo, domain, { dialect, mayHelo });
  if (dialect === "lmtp" || !mayHelo || !ehlo.permanent || UNWILLING.has(ehlo.code)) throw refusal;
  try {
    const helo = yield* command({ verb: "HELO", domain }, "hello");
    if (helo.code === 250) return parseEhlo(helo.lines.slice(0, 1));
  } catch (failure) {
    if (!(failure instanceof Failure) || CALLED_OFF.has(failure.kind)) throw failure;
    throw refusal.with({ cause: failure.asCause() });
  }
  throw refusal;
}

/** Replies that there is no mail service here (RFC 7504, RFC 5321 3.1), whatever the command. */
const UNWILLING: ReadonlySet<number> = new Set([521, 554]);

/** Replies to the name of the client: it is malformed, not qualified, or not accepted (RFC 5321 4.1.4). */
const NAME_REFUSED: ReadonlySet<number> = new Set([501, 504, 550]);

/** Why a dialogue ends if not because of the server. */
const CALLED_OFF: ReadonlySet<ErrorKind> = new Set(["aborted", "closed"]);

function helloRefused(reply: Reply, domain: string, { dialect, mayHelo }: HelloManner): Failure {
  const what = `the server refused ${dialect === "lmtp" ? "LHLO" : "EHLO"}`;
  const rewriting = rewritingIn(String(reply));
  if (rewriting !== "") return refused("hello", what, reply, rewriting);
  if (NAME_REFUSED.has(reply.code)) {
    const hint = `; if it does not like the name ${domain}, give it another by .helloName()`;
    return refused("hello", what, reply, hint);
  }
  if (dialect === "lmtp") return refused("hello", `${what}; is it an LMTP server?`, reply);
  if (mayHelo || !reply.permanent || UNWILLING.has(reply.code)) return refused("hello", what, reply);
  const hint = "; HELO would do instead, but offers neither STARTTLS nor AUTH, and one of them is needed";
  return refused("hello", what, reply, hint);
}

function refused(phase: "greeting" | "hello", what: string, reply: Reply, hint = ""): Failure {
  if (reply.positive || reply.intermediate) {
    const message = `protocol error: ${reply.code} is not an answer ${phase === "hello" ? "to EHLO" : "to open a session with"}`;
    return new Failure({ kind: "protocol", phase, message, reply, transient: false, permanent: false });
  }
  return new Failure({ kind: "rejected", phase, message: `${what}: ${reply}${hint}`, reply });
}
