import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { checkServerIdentity, type SecureContext, type TLSSocket } from "node:tls";
import type { Conversation } from "../connection/conversation.ts";
import { seenChain } from "../connection/seen-certificate.ts";
import type { Draft, TlsFacts } from "./server-facts.ts";

/**
 * Sends STARTTLS, also if it is not offered: a server that knows it all the same shows that something on the way takes
 * it out of the reply to EHLO.
 *
 * @throws Broken
 */
export async function startTls(
  facts: Draft,
  conversation: Conversation,
  context: SecureContext,
): Promise<void> {
  const offered = facts.hello?.capabilities.extensions.STARTTLS === true;
  const { reply } = await conversation.ask("STARTTLS", "starttls");
  const injected = reply.code === 220 && conversation.surplus;
  facts.startTls = { offered, reply, injected };
  if (reply.code !== 220 || injected) return;
  const { name } = facts.target;
  facts.tls = tlsFactsOf(await conversation.secure({ name, context }), name);
}

/** What is known of an encrypted connection. */
export function tlsFactsOf(socket: TLSSocket, name: string): TlsFacts {
  const chain = seenChain(socket);
  const { authorizationError } = socket;
  const code = socket.authorized ? undefined : codeOf(authorizationError);
  const exchange = socket.getEphemeralKeyInfo() as { type?: string; name?: string; size?: number } | null;
  return {
    protocol: socket.getProtocol() ?? "",
    cipher: socket.getCipher()?.standardName ?? "",
    chain,
    ...(code !== undefined && { chainError: code }),
    nameMatches: chain[0] !== undefined && hasName(socket, chain[0].der, name),
    ...(exchange?.size !== undefined && {
      exchange: { name: [exchange.type, exchange.name].filter(Boolean).join(" "), bits: exchange.size },
    }),
  };
}

function codeOf(error: unknown): string {
  return error instanceof Error
    ? String((error as NodeJS.ErrnoException).code ?? error.message)
    : String(error);
}

/** Only alternative names count (RFC 9525 6.3). */
function hasName(socket: TLSSocket, der: Buffer, name: string): boolean {
  if (isIP(name) !== 0) return new X509Certificate(der).checkIP(name.replace(/%.*/, "")) !== undefined;
  const certificate = socket.getPeerCertificate();
  const nameless = { ...certificate, subject: { ...certificate.subject, CN: "" } };
  return checkServerIdentity(name, nameless) === undefined;
}
