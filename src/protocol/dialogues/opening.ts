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

/** How a client says who it is. */
export interface HelloManner {
  /** SMTP without this. */
  readonly dialect?: Dialect | undefined;
  /** Whether HELO will do, which offers neither STARTTLS nor AUTH. `true` without this. */
  readonly mayHelo?: boolean | undefined;
}

/**
 * Says EHLO, or HELO to a server that does not know it (RFC 5321 3.2), and learns who the server is. In LMTP there is
 * LHLO, and nothing else (RFC 2033 4.1). Whatever HELO comes to, the reply to EHLO is the reason why it fails.
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

/** There is no mail service here (RFC 7504, RFC 5321 3.1), whatever the server is asked. */
const UNWILLING: ReadonlySet<number> = new Set([521, 554]);

/** Said of the name that the client gives: it cannot be read, is not qualified, or is not liked (RFC 5321 4.1.4). */
const NAME_REFUSED: ReadonlySet<number> = new Set([501, 504, 550]);

/** Why a dialogue ends that is not the server's doing. */
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

/** Asks for TLS (RFC 3207 4); the reply is 220 where the handshake is to follow. */
export function startTls(): Dialogue<Reply> {
  return command({ verb: "STARTTLS" }, "starttls");
}

/** Says goodbye. Whatever the server says to it changes nothing. */
export function* quit(): Dialogue<void> {
  yield* command({ verb: "QUIT" }, "quit");
}

function refused(phase: "greeting" | "hello", what: string, reply: Reply, hint = ""): Failure {
  if (reply.positive || reply.intermediate) {
    const message = `protocol error: ${reply.code} is no answer ${phase === "hello" ? "to EHLO" : "to open a session with"}`;
    return new Failure({ kind: "protocol", phase, message, reply, transient: false, permanent: false });
  }
  return new Failure({ kind: "rejected", phase, message: `${what}: ${reply}${hint}`, reply });
}
