import { closesConnection } from "../../protocol/closing-reply.ts";
import { Failure } from "../../protocol/failure.ts";
import { type Phase, phaseName } from "../../protocol/phase.ts";
import { type Reply, ReplySyntaxError } from "../../protocol/reply.ts";
import { explainTlsCode, isOfTls } from "./tls-alert.ts";

/** The ways in which a connection fails, each with its likely cause. */

const unsure = { transient: false, permanent: false } as const;

/** What is known about a connection on which a phase took too long. */
export interface LateFacts {
  /** Whether it is encrypted. */
  readonly encrypted: boolean;
  /** Whether only the first of several commands that were sent together was answered. */
  readonly onlyFirst: boolean;
}

/** A phase took longer than its `ms` milliseconds. */
export function timedOut(phase: Phase, ms: number, { encrypted, onlyFirst }: LateFacts = atFirst): Failure {
  const limit = `${ms} ms`;
  if (phase === "greeting") {
    const hint = encrypted
      ? ""
      : "; a server that speaks TLS on this port waits for the client to begin: use Tls.Wrapper there";
    return new Failure({
      kind: "timeout",
      phase,
      message: `the server did not greet within ${limit}${hint}`,
    });
  }
  if (phase === "content") {
    return new Failure({ kind: "timeout", phase, message: `no progress for ${limit} ${phaseName[phase]}` });
  }
  const hint = onlyFirst && inFlights.has(phase) ? ONLY_FIRST : "";
  return new Failure({
    kind: "timeout",
    phase,
    message: `no answer within ${limit} ${phaseName[phase]}${hint}`,
  });
}

const atFirst: LateFacts = { encrypted: false, onlyFirst: false };

/** The phases whose commands are sent together with those before them. */
const inFlights: ReadonlySet<Phase> = new Set<Phase>(["reset", "mail", "rcpt", "data"]);

const ONLY_FIRST =
  '; the first command that went out was answered: a server that reads only that of a packet needs .pipelining("off")';

/** The connection ended during a dialogue. */
export function brokenOff(phase: Phase, cause?: Error): Failure {
  const how =
    cause === undefined ? "the server closed the connection" : `the connection was lost (${codeOf(cause)})`;
  const message = `${how} ${phaseName[phase]}`;
  // Under TLS 1.3 a server rejects the client's certificate only after the handshake.
  const alert = cause !== undefined && isOfTls(codeOf(cause)) ? codeOf(cause) : undefined;
  if (alert === undefined) return new Failure({ kind: "connection", phase, message, cause });
  const explained = alert.includes("_ALERT_") ? explainTlsCode(alert) : undefined;
  return new Failure({ kind: "tls", phase, message: explained ?? message, cause, ...unsure });
}

/** What arrived is not a reply. */
export function unreadable(cause: unknown, chunk: Buffer, phase: Phase): Failure {
  if (isTlsRecord(chunk)) {
    const message = "the server speaks TLS on this port: use Tls.Wrapper";
    return new Failure({ kind: "tls", phase, message, transient: false, permanent: true });
  }
  // During AUTH a confused server may repeat the secret.
  const heard = cause instanceof ReplySyntaxError && phase !== "auth" ? cause.heard : undefined;
  // Filters in front of a server greet in two steps: 220- for a while, then their verdict.
  if (phase === "greeting" && heard !== undefined && (heard.transient || heard.permanent)) {
    const message = `the server does not take mail now: ${heard}`;
    return new Failure({ kind: "rejected", phase, message, reply: heard });
  }
  // Not as a cause: it may quote an address, and addresses are masked only in messages.
  const reason = cause instanceof Error && phase !== "auth" ? cause.message : "not a reply";
  return new Failure({
    kind: "protocol",
    phase,
    message: `protocol error ${phaseName[phase]}: ${reason}`,
    reply: heard,
    ...unsure,
  });
}

/** More replies arrived than commands were sent; without `replies`, the beginning of one. */
export function outOfStep(phase: Phase, replies: readonly Reply[] = []): Failure {
  const leave = replies.find(closesConnection);
  if (leave !== undefined) {
    const message = `the server closed the connection: ${leave}`;
    return new Failure({ kind: "connection", phase, message, reply: leave });
  }
  // During AUTH a confused server may repeat the secret.
  const which = replies[0] === undefined ? "" : `: ${phase === "auth" ? replies[0].code : replies[0]}`;
  const message = `protocol error: the server sent a reply without a command${which}`;
  return new Failure({ kind: "protocol", phase, message, ...unsure });
}

/** A dialogue threw something that is not a Failure, so the state of the conversation is unknown. */
export function interrupted(phase: Phase, cause: unknown): Failure {
  const message = `the conversation was interrupted ${phaseName[phase]}`;
  return new Failure({ kind: "protocol", phase, message, cause, ...unsure });
}

/** Bytes followed the reply to STARTTLS. */
export function injected(): Failure {
  const message =
    "the server sent unencrypted bytes after its reply to STARTTLS: an attacker may have inserted them";
  return new Failure({ kind: "tls", phase: "starttls", message, ...unsure });
}

/** The code that Node gave an error, or its message. */
export function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}

/** Whether bytes begin like a TLS handshake or alert. */
function isTlsRecord(chunk: Buffer): boolean {
  return (chunk[0] === 0x15 || chunk[0] === 0x16) && chunk[1] === 0x03;
}
