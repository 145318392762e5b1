import type { Dialect } from "../dialect.ts";
import { command, type Dialogue, read } from "../dialogue.ts";
import { type Peer, parseEhlo } from "../extensions.ts";
import { Failure } from "../failure.ts";
import type { Reply } from "../reply.ts";

/** Waits for the greeting (RFC 5321 3.1). */
export function* greeting(): Dialogue<Reply> {
  const reply = yield* read("greeting");
  if (reply.code !== 220) throw refused("greeting", "the server does not take mail now", reply);
  return reply;
}

/**
 * Says EHLO, or HELO to a server that does not know it (RFC 5321 3.2), and learns who the server is. In LMTP there is
 * LHLO, and nothing else (RFC 2033 4.1).
 */
export function* hello(domain: string, dialect: Dialect = "smtp"): Dialogue<Peer> {
  if (dialect === "lmtp") {
    const lhlo = yield* command({ verb: "LHLO", domain }, "hello");
    if (lhlo.code === 250) return parseEhlo(lhlo.lines);
    throw refused("hello", "the server refused LHLO; is it an LMTP server?", lhlo);
  }
  const ehlo = yield* command({ verb: "EHLO", domain }, "hello");
  if (ehlo.code === 250) return parseEhlo(ehlo.lines);
  if (ehlo.transient) throw refused("hello", "the server refused EHLO", ehlo);
  const helo = yield* command({ verb: "HELO", domain }, "hello");
  if (helo.code !== 250) throw refused("hello", "the server refused EHLO and HELO", helo);
  return parseEhlo(helo.lines.slice(0, 1));
}

/** Asks for TLS (RFC 3207 4); the reply is 220 where the handshake is to follow. */
export function startTls(): Dialogue<Reply> {
  return command({ verb: "STARTTLS" }, "starttls");
}

/** Says goodbye. Whatever the server says to it changes nothing. */
export function* quit(): Dialogue<void> {
  yield* command({ verb: "QUIT" }, "quit");
}

function refused(phase: "greeting" | "hello", what: string, reply: Reply): Failure {
  if (reply.positive || reply.intermediate) {
    const message = `protocol error: ${reply.code} is no answer ${phase === "hello" ? "to EHLO" : "to open a session with"}`;
    return new Failure({ kind: "protocol", phase, message, reply, transient: false, permanent: false });
  }
  return new Failure({ kind: "rejected", phase, message: `${what}: ${reply}`, reply });
}
