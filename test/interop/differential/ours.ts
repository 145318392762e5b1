import { SmtpServer } from "envoi/server";
import type { Certificates } from "../certificates.ts";
import { INBOX_DOMAIN, RECIPIENT_LIMIT } from "../configuration.ts";
import { MailServer } from "../mail-server.ts";
import { MESSAGE_LIMIT } from "./limits.ts";

/** An SmtpServer configured as the others are, one for each service. */
export class Ours {
  readonly ports: Readonly<Record<"plain" | "plainAuth" | "starttls", number>>;
  /** What has been accepted, by recipient. */
  readonly received: ReadonlyMap<string, readonly Buffer[]>;
  readonly #servers: readonly SmtpServer[];

  static async start({ certificate: cert, key }: Certificates): Promise<Ours> {
    const received = new Map<string, Buffer[]>();
    const common = {
      hostname: "mx.ours.example",
      domains: [INBOX_DOMAIN],
      maxMessageSize: MESSAGE_LIMIT,
      maxRecipients: RECIPIENT_LIMIT,
      // What Postfix and Exim allow for.
      maxErrors: 20,
      extensions: { DSN: true },
      received: false,
      recipient: ({ recipient }) =>
        recipient.localPart.startsWith("nobody")
          ? { code: 550, enhancedCode: "5.1.1", lines: ["no such mailbox"] }
          : undefined,
      async data({ content, envelope }) {
        const chunks: Buffer[] = [];
        for await (const chunk of content) chunks.push(chunk);
        // Who is named twice gets one mail from Postfix and Exim.
        for (const to of new Set(envelope.to.map(({ address }) => address.toString()))) {
          received.set(to, [...(received.get(to) ?? []), Buffer.concat(chunks)]);
        }
      },
      onError({ error }) {
        console.error(error);
      },
    } as const satisfies Parameters<typeof SmtpServer.listen>[0];
    const servers = await Promise.all([
      SmtpServer.listen({ ...common, tls: "none" }),
      SmtpServer.listen({
        ...common,
        tls: "none",
        mechanisms: ["PLAIN", "LOGIN", "CRAM-MD5"],
        allowPlaintextCredentials: true,
        relay: "authenticated",
        mail: ({ session }) =>
          session.authenticated === undefined
            ? { code: 530, enhancedCode: "5.7.0", lines: ["Authentication required"] }
            : undefined,
        auth: async ({ user, verify }) =>
          user === MailServer.user && (await verify(MailServer.password)) ? { user } : undefined,
      }),
      SmtpServer.listen({ ...common, tls: "starttls", certificates: { cert, key }, requireTls: true }),
    ]);
    return new Ours(servers, received);
  }

  private constructor(servers: readonly SmtpServer[], received: ReadonlyMap<string, readonly Buffer[]>) {
    const [plain = 0, plainAuth = 0, starttls = 0] = servers.map(({ port }) => port);
    this.ports = { plain, plainAuth, starttls };
    this.received = received;
    this.#servers = servers;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()));
  }
}
