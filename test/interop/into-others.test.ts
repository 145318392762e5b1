import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Credentials,
  Envelope,
  LmtpTransport,
  SmtpError,
  SmtpTransport,
  type SmtpTransportBuilder,
  Tls,
  TlsParameters,
} from "envoi";
import { Aiosmtpd } from "./aiosmtpd.ts";
import { type Certificates, makeCertificates } from "./certificates.ts";
import { INBOX_DOMAIN, offers, type Service } from "./configuration.ts";
import { Dovecot } from "./dovecot.ts";
import { Exim } from "./exim.ts";
import { MailServer } from "./mail-server.ts";
import { NodeSmtpServer } from "./node-smtp-server.ts";
import { OpenSmtpd } from "./opensmtpd.ts";
import { Postfix } from "./postfix.ts";
import { SmtpSink } from "./smtp-sink.ts";

// Our client into servers of others, a handful of mails over one connection in each of the ways of pipelining: who is
// refused in the midst of them is alone, and of the others each arrives once, as it was sent.

const pipelinings = ["off", "auto", "window"] as const;
type Pipelining = (typeof pipelinings)[number];

const from = "sender@client.example";
const MAILS = 12;
const REFUSED = 5;

/** A way into a server. */
interface Way {
  readonly name: string;
  readonly port: number;
  readonly tls: "none" | "starttls" | "wrapper";
  readonly auth: boolean;
  readonly lmtp?: boolean;
  /** A Unix socket, in place of the port. */
  readonly socket?: string;
}

/** A server that runs. */
interface Target extends AsyncDisposable {
  readonly ways: readonly Way[];
  /** Whether it refuses nobody@. */
  readonly refuses: boolean;
  /** Whether it offers CHUNKING, so that a window may be used. */
  readonly chunking: boolean;
  /** All the mail for these recipients, once it has come. */
  delivered(to: readonly string[]): Promise<readonly { readonly to: string; readonly message: Buffer }[]>;
  /** How many contents came by BDAT so far, if the server reports it. */
  chunked?(): Promise<number>;
}

const targets: Readonly<Record<string, (certificates: Certificates) => Promise<Target>>> = {
  async Postfix(certificates) {
    const server = await Postfix.start({ certificates });
    const chunked = async () => {
      // It counts when a client has gone.
      await server.logged(/ disconnect from /, Object.keys(server.ports).length * pipelinings.length);
      return count(await server.log(), / bdat=(\d+)/g);
    };
    return { ...intoMaildir(server), refuses: true, chunking: true, chunked };
  },
  async Exim(certificates) {
    const server = await Exim.start({ certificates });
    const chunked = async () =>
      (await server.log()).split("\n").filter((line) => / <= .* K /.test(line)).length;
    return { ...intoMaildir(server), refuses: true, chunking: true, chunked };
  },
  async aiosmtpd(certificates) {
    return { ...intoMaildir(await Aiosmtpd.start({ certificates })), refuses: true, chunking: false };
  },
  async OpenSMTPD() {
    return { ...intoMaildir(await OpenSmtpd.start()), refuses: true, chunking: false };
  },
  async "Dovecot's LMTP"(certificates) {
    const users = pipelinings.flatMap((mode) =>
      ["plain", "starttls", "wrapper", "socket"].flatMap((way) =>
        Array.from({ length: MAILS }, (_, i) => `${mode}-${way}-${i}`),
      ),
    );
    const server = await Dovecot.start({ users, certificates });
    const target = intoMaildir(server);
    const more = { port: server.ports.plain, auth: false };
    const ways: readonly Way[] = [
      ...target.ways,
      { ...more, name: "starttls", tls: "starttls" },
      { ...more, name: "socket", tls: "none", socket: server.socket },
    ];
    return { ...target, ways: ways.map((way) => ({ ...way, lmtp: true })), refuses: true, chunking: true };
  },
  async "smtp-server"(certificates) {
    const ways = (["none", "starttls", "wrapper"] as const).flatMap((tls) => [
      { name: tls, tls, auth: false },
      { name: `${tls}-auth`, tls, auth: true },
      { name: `${tls}-lmtp`, tls, auth: false, lmtp: true },
    ]);
    const servers = await Promise.all(ways.map((way) => NodeSmtpServer.start({ ...way, certificates })));
    return {
      ways: ways.map((way, index) => ({ ...way, port: servers[index]?.port ?? 0 })),
      refuses: true,
      chunking: false,
      async delivered() {
        return servers.flatMap(({ taken }) => taken.map(({ to, message }) => ({ to: to[0] ?? "", message })));
      },
      async [Symbol.asyncDispose]() {
        await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
      },
    };
  },
  async "smtp-sink"() {
    const sink = await SmtpSink.start();
    return {
      ways: [{ name: "plain", port: sink.port, tls: "none", auth: false }],
      refuses: false,
      chunking: false,
      async delivered() {
        return (await sink.sunk()).map(({ to, message }) => ({ to: to[0] ?? "", message }));
      },
      [Symbol.asyncDispose]: () => sink[Symbol.asyncDispose](),
    };
  },
};

for (const [name, start] of Object.entries(targets)) {
  test(`SmtpTransport into ${name}`, async (t) => {
    const certificates = await makeCertificates();
    await using target = await start(certificates);
    const sent = new Map<string, string>();

    for (const way of target.ways) {
      for (const pipelining of pipelinings) {
        await t.test(`${way.name}, pipelining ${pipelining}`, async () => {
          await using transport = transportFor(way, pipelining, certificates);
          const to = Array.from({ length: MAILS }, (_, i) =>
            target.refuses && i === REFUSED
              ? `nobody@${INBOX_DOMAIN}`
              : `${pipelining}-${way.name}-${i}@${INBOX_DOMAIN}`,
          );
          const outcomes = await Promise.allSettled(
            to.map((each) => transport.sendRaw(Envelope.of(from, [each]), Buffer.from(message(each)))),
          );
          for (const [index, outcome] of outcomes.entries()) {
            const refused = target.refuses && index === REFUSED;
            if (!refused) sent.set(to[index] as string, message(to[index] as string));
            if (outcome.status === "fulfilled") assert.ok(!refused, "a refused recipient was accepted");
            else if (refused) assertRefused(outcome.reason);
            else throw outcome.reason;
          }
        });
      }
    }

    await t.test("each mail arrives once, unchanged", async () => {
      const delivered = await target.delivered([...sent.keys()]);
      const expected = [...sent].map(([to, text]) => `${to}\n${text}`).sort();
      assert.deepEqual(delivered.map(({ to, message }) => `${to}\n${message}`).sort(), expected);
    });

    const { chunked } = target;
    if (chunked !== undefined)
      await t.test("content goes by BDAT with a window, and only then", async () => {
        assert.equal(await chunked(), target.ways.length * (MAILS - 1));
      });
  });
}

function transportFor(way: Way, pipelining: Pipelining, { ca }: Certificates): SmtpTransport | LmtpTransport {
  const trusted = TlsParameters.builder().addRootCertificate(ca).build();
  const tls = { none: Tls.None, starttls: Tls.Required(trusted), wrapper: Tls.Wrapper(trusted) }[way.tls];
  const settle = <T extends SmtpTransport | LmtpTransport>(builder: SmtpTransportBuilder<T>): T => {
    if (way.socket === undefined) builder.port(way.port);
    builder.tls(tls).pool({ maxSize: 1 }).pipelining(pipelining);
    const { user, password } = MailServer;
    if (way.auth) builder.credentials(Credentials.password(user, password));
    return builder.build();
  };
  return way.lmtp === true
    ? settle(
        way.socket === undefined ? LmtpTransport.builder("127.0.0.1") : LmtpTransport.unixSocket(way.socket),
      )
    : settle(SmtpTransport.builder("127.0.0.1"));
}

/** Dots, and as many octets as are more than one packet; the fields that some servers add otherwise are there. */
function message(to: string): string {
  const head = `From: ${from}\r\nTo: ${to}\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\nMessage-ID: <${to}>\r\n`;
  return `${head}Subject: ${to}\r\n\r\n.\r\n..\r\n.dot\r\n${"A line of text, RSET and QUIT\r\n".repeat(100)}`;
}

function assertRefused(error: unknown): void {
  assert.ok(error instanceof SmtpError, String(error));
  assert.equal(error.delivery, "refused");
  assert.equal(error.kind, "rejected");
  assert.equal(error.reply?.code, 550);
}

function intoMaildir<Port extends string>(
  server: MailServer<Port>,
): Pick<Target, "ways" | "delivered"> & AsyncDisposable {
  const ways = Object.entries<number>(server.ports).map(([name, port]): Way => {
    const { tls = "none", auth = false } = Object.hasOwn(offers, name) ? offers[name as Service] : {};
    return { name, port, tls, auth };
  });
  return {
    ways,
    async delivered(to) {
      return await server.inbox.all((mails) => {
        const come = new Set(mails.map((mail) => mail.to));
        return to.find((each) => !come.has(each));
      });
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const count = (log: string, pattern: RegExp): number =>
  [...log.matchAll(pattern)].reduce((sum, [, number]) => sum + Number(number), 0);
