import {
  type DataContext,
  type ErrorContext,
  type Reply,
  SmtpServer,
  type SmtpServerOptions,
} from "envoi/server";
import type { Zone, ZoneResolver } from "envoi/verify";
import { type Authentication, Resolver } from "envoi/verify";
import { zone as keys } from "../../verify/signed-mail.js";
import { Client } from "../client.js";

/** DNS in which this machine sends for pass.test, and for no other domain. */
export const world: Zone = {
  ...keys,
  "pass.test": { TXT: ["v=spf1 ip4:127.0.0.1 -all"] },
  "_dmarc.pass.test": { TXT: ["v=DMARC1; p=reject"] },
  "fail.test": { TXT: ["v=spf1 -all"] },
  "_dmarc.fail.test": { TXT: ["v=DMARC1; p=reject"] },
  "soft.test": { TXT: ["v=spf1 -all"] },
  "_dmarc.soft.test": { TXT: ["v=DMARC1; p=quarantine"] },
  "broken.test": { TXT: ["v=spf1 -all"] },
  "_dmarc.broken.test": { TXT: "temporary" },
  "example.com": { TXT: ["v=spf1 -all"] },
  "_dmarc.example.com": { TXT: ["v=DMARC1; p=reject"] },
};

/** What came of one message. */
export interface Outcome {
  readonly reply: string;
  readonly stored: string | undefined;
  readonly authentication: Authentication | undefined;
  readonly thrown: unknown;
}

/** A server that verifies, and a client of it. */
export interface Talk extends AsyncDisposable {
  readonly server: SmtpServer;
  readonly client: Client;
  readonly resolver: ZoneResolver;
  readonly errors: ErrorContext[];
  /** Sends a message from `ann@DOMAIN`, and tells what came of it. */
  mail(domain: string, message?: string | Buffer): Promise<Outcome>;
}

/** A refusal that a hook returns. */
export type Refusal = Pick<Reply, "code" | "enhancedCode" | "lines">;

/** Starts a server that stores messages and asks who sent them. */
export async function start(
  options: Omit<SmtpServerOptions, "verify"> & { verify?: SmtpServerOptions["verify"] } = {},
  zone: Zone = world,
): Promise<Talk> {
  const resolver = Resolver.zone(zone);
  const errors: ErrorContext[] = [];
  let outcome: Partial<Outcome> = {};
  const server = await SmtpServer.listen({
    hostname: "mx.y.test",
    domains: ["y.test"],
    onError: (error) => void errors.push(error),
    async data({ bytes, authentication }: DataContext) {
      try {
        const stored = String(await bytes());
        outcome = { stored, authentication: await authentication() };
      } catch (thrown) {
        outcome = { thrown };
        throw thrown;
      }
    },
    ...options,
    verify: { resolver, ...options.verify },
  });
  const client = await Client.connect(server.port);
  await client.reply();
  const mail = async (domain: string, message: string | Buffer = `From: ann@${domain}\r\n\r\nHello\r\n`) => {
    outcome = {};
    client.say(`MAIL FROM:<ann@${domain}>`, "RCPT TO:<b@y.test>", "DATA");
    await client.replies(3);
    client.write(message);
    const reply = await client.ask(".");
    return { stored: undefined, authentication: undefined, thrown: undefined, ...outcome, reply };
  };
  const dispose = async () => {
    client.socket.destroy();
    await server.close({ grace: 0 });
  };
  return { server, client, resolver, errors, mail, [Symbol.asyncDispose]: dispose };
}
