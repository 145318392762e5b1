import { Failure } from "../../protocol/failure.ts";
import { SMTP_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT } from "../../protocol/ports.ts";
import { codeOf } from "./connection-failures.ts";
import { placeOf } from "./server-stream.ts";

/** The failure to connect to an address or path. */
export function unreachable(cause: Error, place: string): Failure {
  return new Failure({
    kind: "connection",
    phase: "connect",
    message: reason(codeOf(cause), place, syscallOf(cause)),
    cause,
  });
}

function syscallOf(error: Error): unknown {
  return "syscall" in error ? error.syscall : undefined;
}

function reason(code: string, place: string, syscall?: unknown): string {
  switch (code) {
    case "ECONNREFUSED": {
      const local = /^(?:localhost|127\.[\d.]+|\[::1\]):(?!1025$)\d+$/.test(place);
      return `nothing listens on ${place}${local ? "; a mail catcher usually listens on 1025" : ""}`;
    }
    case "ENOENT":
      return `there is no socket at ${place}`;
    case "EACCES":
      return `this process may not connect to ${place}`;
    case "EADDRNOTAVAIL":
      return syscall === "bind"
        ? `cannot connect to ${place}: the local address does not belong to this machine (${code})`
        : `cannot connect to ${place} (${code})`;
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
    case "ENETUNREACH": {
      const hint = place.endsWith(`:${SMTP_PORT}`)
        ? `networks often block port ${SMTP_PORT}: try ${SUBMISSION_PORT} or ${SUBMISSIONS_PORT}`
        : "a firewall may be in the way";
      return `${place} cannot be reached (${code}); ${hint}`;
    }
    default:
      return `cannot connect to ${place} (${code})`;
  }
}

/** The failure of a host after each of its addresses has failed. The failures of several addresses are its cause. */
export function noneOf(host: string, port: number, failures: readonly Failure[]): Failure {
  const [first, ...others] = failures as readonly [Failure, ...Failure[]];
  const code = commonCode(failures);
  const causes = failures.map((failure) => failure.asCause());
  const cause = others.length === 0 ? first.cause : new AggregateError(causes, `the addresses of ${host}`);
  if (code !== undefined) {
    return new Failure({
      kind: "connection",
      phase: "connect",
      message: reason(code, placeOf(host, port), syscallOf(first.cause as Error)),
      cause,
    });
  }
  if (others.length === 0) return first;
  // The reply of a server says more than an address that does not answer. A temporary refusal says most.
  const spoke = failures.filter(({ reply }) => reply !== undefined);
  const told = spoke.find(({ transient }) => transient) ?? spoke[0] ?? first;
  return new Failure({
    kind: told.kind,
    phase: told.phase,
    message: `none of the ${failures.length} addresses of ${host} that were tried takes mail: ${listed(failures)}`,
    reply: told.reply,
    transcript: told.transcript,
    transient: failures.some(({ transient }) => transient),
    permanent: failures.every(({ permanent }) => permanent),
    cause,
  });
}

/** The error code of the network, if no server answered and all errors are alike. */
function commonCode(failures: readonly Failure[]): string | undefined {
  const codes = new Set(
    failures.map(({ phase, cause }) =>
      phase === "connect" && cause instanceof Error && !(cause instanceof AggregateError)
        ? codeOf(cause)
        : "",
    ),
  );
  return codes.size === 1 ? [...codes][0] || undefined : undefined;
}

function listed(failures: readonly Failure[]): string {
  const list = failures.slice(0, LISTED).map(({ message }) => message);
  if (failures.length > LISTED) list.push(`and ${failures.length - LISTED} more`);
  return list.join("; ");
}

/** How many addresses an error message names. */
const LISTED = 4;
