import type { Connection } from "../../../net/client/connection.ts";
import type { Resumption } from "../../../net/client/session-tickets.ts";
import { startTls } from "../../../protocol/dialogues/starttls.ts";
import type { Capabilities } from "../../../protocol/extensions.ts";
import { Failure } from "../../../protocol/failure.ts";
import { rewritingHint } from "../../../protocol/firewall-hint.ts";
import { SUBMISSIONS_PORT } from "../../../protocol/ports.ts";
import type { SmtpOptions } from "../smtp-options.ts";
import { TlsParameters } from "../tls/tls-parameters.ts";

/** The options that encryption needs. */
export type EncryptOptions = Pick<SmtpOptions, "host" | "port" | "tls" | "tickets" | "observer">;

/** The name that the certificate must have. The zone of a link-local address is not a part of it. */
function certificateName({ host, tls }: EncryptOptions): string {
  return tls.parameters?.domain ?? host.replace(/%.*$/s, "");
}

/** The resumption of sessions with the server, for one opening of a connection. */
export function resumption(options: EncryptOptions): Resumption {
  return options.tickets.at(options.host, options.port, certificateName(options));
}

/** Makes the TLS handshake according to the options. */
export async function secure(
  connection: Connection,
  options: EncryptOptions,
  resumption: Resumption,
  notTls?: string,
): Promise<void> {
  const { tls, observer } = options;
  let reason: string | undefined;
  const note = (problem: string) => {
    reason = problem;
  };
  const expectations = {
    ...TlsParameters.trust(tls.parameters ?? trustedByNode),
    name: certificateName(options),
    tolerant: tls.mode === "opportunistic",
    unverified: note,
    presented: observer.certificates(connection.number),
    resumption,
    notTls,
  };
  const handshake = () => connection.secure(expectations);
  await observer.securing(connection.number, handshake, () => reason);
}

const trustedByNode = TlsParameters.builder().build();

/** Sends STARTTLS (RFC 3207). Returns whether the connection is encrypted afterwards. */
export async function upgrade(
  connection: Connection,
  capabilities: Capabilities,
  options: EncryptOptions,
  resumption: Resumption,
): Promise<boolean> {
  const required = options.tls.mode === "required";
  if (capabilities.extensions.STARTTLS === undefined) {
    if (required) throw withheld(options, capabilities);
    return false;
  }
  const reply = await connection.play(startTls());
  if (reply.code !== 220) {
    if (!required) return false;
    throw new Failure({
      kind: "tls",
      phase: "starttls",
      message: `the server refused STARTTLS: ${reply}`,
      reply,
    });
  }
  await secure(connection, options, resumption, NOT_BEHIND_STARTTLS);
  return true;
}

const NOT_BEHIND_STARTTLS =
  "the server accepted STARTTLS, but what follows is not TLS: something on the way may interfere";

function withheld({ port }: EncryptOptions, capabilities: Capabilities): Failure {
  const elsewhere =
    rewritingHint(capabilities) ||
    (port === SUBMISSIONS_PORT ? `; on port ${SUBMISSIONS_PORT} use Tls.Wrapper` : "");
  const message = `the server does not offer STARTTLS, and Tls.Required sends nothing unencrypted${elsewhere}`;
  return new Failure({ kind: "tls", phase: "starttls", message, transient: false, permanent: true });
}
