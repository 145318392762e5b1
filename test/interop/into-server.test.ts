import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { SmtpServer, type SmtpServerOptions } from "envoi/server";
import { type Certificates, makeCertificates } from "./certificates.ts";
import { Postfix } from "./postfix.ts";
import { attempt, run } from "./program.ts";
import { sendBySmtplib } from "./python.ts";

const DOMAIN = "received.example";
const user = "ada";
const password = 'open "sesame" \\ 50%';

/** What the server was given. */
interface Caught {
  readonly from: string | undefined;
  readonly to: readonly string[];
  readonly content: Buffer;
  readonly authenticated: string | undefined;
  readonly tls: string | undefined;
}

test("foreign clients into SmtpServer", async (t) => {
  const certificates = await makeCertificates();

  const directory = await mkdtemp(join(tmpdir(), "envoi-swaks-"));
  t.after(() => rm(directory, { recursive: true }));
  const ca = join(directory, "ca.pem");
  await writeFile(ca, certificates.ca);

  for (const [tls, python, options] of [
    ["none", "none", []],
    ["starttls", "starttls", ["--tls", "--tls-verify", "--tls-ca-path", ca]],
    ["implicit", "wrapper", ["--tls-on-connect", "--tls-verify", "--tls-ca-path", ca]],
  ] as const) {
    await t.test(`swaks, ${tls}`, async () => {
      await using server = await Receiver.start(tls, certificates);
      const body = "Hello\n.\n..dots\nGrüße";
      await swaks(server, [
        ...options,
        ...["--from", "sender@interop.example", "--to", `a@${DOMAIN},b@${DOMAIN}`],
        ...["--header", "Subject: by swaks", "--body", body],
      ]);
      const [mail] = server.caught;
      assert.equal(server.caught.length, 1);
      assert.equal(mail?.from, "sender@interop.example");
      assert.deepEqual(mail?.to, [`a@${DOMAIN}`, `b@${DOMAIN}`]);
      assert.match(String(mail?.content), /\r\nSubject: by swaks\r\n/);
      assert.ok(mail?.content.includes(body.replaceAll("\n", "\r\n")), String(mail?.content));
      assert.equal(mail?.tls !== undefined, tls !== "none");
    });

    await t.test(`smtplib, ${tls}, byte for byte`, async () => {
      await using server = await Receiver.start(tls, certificates);
      const lines = randomBytes(3_000_000).toString("base64").replaceAll(/.{76}/g, "$&\r\n");
      const message = `Subject: x\r\n\r\n.\r\n..\r\n${lines}\r\n`;
      const where = { port: server.port, tls: python, ca: certificates.ca };
      await sendBySmtplib({ ...where, from: "s@interop.example", to: `p@${DOMAIN}` }, message);
      assert.ok(server.caught[0]?.content.toString().endsWith(message));
    });

    if (tls === "none") continue;
    for (const mechanism of ["PLAIN", "LOGIN"]) {
      const login = (secret: string): readonly string[] => [
        ...options,
        ...["--from", "s@interop.example", "--to", "anybody@relayed.example"],
        ...["--auth", mechanism, "--auth-user", user, "--auth-password", secret],
      ];

      await t.test(`swaks, ${tls}, AUTH ${mechanism}, may relay after login`, async () => {
        await using server = await Receiver.start(tls, certificates);
        await swaks(server, login(password));
        assert.equal(server.caught[0]?.authenticated, user);
      });

      await t.test(`swaks, ${tls}, AUTH ${mechanism}, gets 535 with a wrong password`, async () => {
        await using server = await Receiver.start(tls, certificates);
        const { status, stdout } = await attempt("swaks", [...to(server), ...login("wrong")]);
        assert.equal(status, AUTH_FAILED);
        assert.match(stdout.toString(), /<\S* +535 5\.7\.8/);
        assert.deepEqual(server.caught, []);
      });
    }
  }

  await t.test("swaks is refused when it relays without a login", async () => {
    await using server = await Receiver.start("none", certificates);
    const { stdout } = await attempt("swaks", [...to(server), "--to", "anybody@elsewhere.example"]);
    assert.match(stdout.toString(), /<\S* +550 5\.7\.1/);
    assert.deepEqual(server.caught, []);
  });

  for (const [how, options] of [
    ["a new connection for each mail", []],
    ["connections kept", ["-d"]],
  ] as const) {
    await t.test(`Postfix's smtp-source, ${how}`, async () => {
      await using server = await Receiver.start("none", certificates);
      const load = ["-m", "200", "-s", "4", "-l", "4096", "-f", "s@interop.example", "-t", `l@${DOMAIN}`];
      await run("smtp-source", [...options, ...load, `127.0.0.1:${server.port}`]);
      assert.equal(server.caught.length, 200);
      assert.ok(server.caught.every(({ content }) => content.length >= 4096));
    });
  }
});

for (const tls of ["none", "starttls"] as const) {
  test(`Postfix relays into SmtpServer, TLS ${tls}`, async (t) => {
    const certificates = await makeCertificates();
    await using server = await Receiver.start(tls, certificates);
    await using postfix = await Postfix.start({ relays: { "*": { port: server.port, tls } }, certificates });
    t.afterEach(postfix.explain);

    const inject = async (
      to: string | readonly string[],
      message: string,
      options: readonly string[] = [],
    ) => {
      const plain = { port: postfix.ports.plain, tls: "none", ca: certificates.ca } as const;
      await sendBySmtplib({ ...plain, from: "s@interop.example", to, options }, message);
    };
    const relayed = (to: string) =>
      postfix.logged(new RegExp(`to=<${to}>, relay=localhost\\[127.0.0.1\\]:${server.port}, .*status=`));

    await t.test("delivers a mail with dots and 8-bit text over the requested TLS", async () => {
      const message = "Subject: relayed\r\n\r\n.\r\n..\r\nGrüße\r\n";
      await inject(`one@${DOMAIN}`, message, ["BODY=8BITMIME"]);
      const [line] = await relayed(`one@${DOMAIN}`);
      assert.match(line ?? "", /status=sent \(250 2\.\d\.\d/);
      const mail = server.to(`one@${DOMAIN}`);
      assert.ok(mail?.content.toString().endsWith(message), mail?.content.toString());
      assert.equal(mail?.from, "s@interop.example");
      assert.equal(mail?.tls, tls !== "none" ? "TLSv1.3" : undefined);
      if (tls !== "none") await postfix.logged(/Verified TLS connection established to localhost/);
    });

    await t.test("delivers to an address that is not ASCII", async () => {
      await inject(`jürgen@${DOMAIN}`, "Subject: Grüße\r\n\r\nx\r\n", ["SMTPUTF8", "BODY=8BITMIME"]);
      const [line] = await relayed(`jürgen@${DOMAIN}`);
      assert.match(line ?? "", /status=sent/);
      assert.match(server.to(`jürgen@${DOMAIN}`)?.content.toString() ?? "", /Subject: Grüße/);
    });

    await t.test("bounces only the refused recipient", async () => {
      await inject([`two@${DOMAIN}`, `refused@${DOMAIN}`], "Subject: x\r\n\r\nx\r\n");
      const [refused] = await relayed(`refused@${DOMAIN}`);
      assert.match(refused ?? "", /dsn=5\.1\.1, status=bounced .*no such mailbox/);
      const [accepted] = await relayed(`two@${DOMAIN}`);
      assert.match(accepted ?? "", /status=sent/);
      assert.deepEqual(server.to(`two@${DOMAIN}`)?.to, [`two@${DOMAIN}`]);
    });

    await t.test("delivers twenty mails at once", async () => {
      const to = Array.from({ length: 20 }, (_, i) => `burst${i}@${DOMAIN}`);
      await Promise.all(to.map((each) => inject(each, `Subject: ${each}\r\n\r\n${each}\r\n`)));
      for (const each of to) assert.match((await relayed(each))[0] ?? "", /status=sent/);
      for (const each of to) assert.ok(server.to(each)?.content.toString().endsWith(`\r\n${each}\r\n`));
    });
  });
}

const auth: NonNullable<SmtpServerOptions["auth"]> = async ({ user: name, verify }) =>
  name === user && (await verify(password)) ? { user: name } : undefined;

/** swaks' exit status when it could not log in. */
const AUTH_FAILED = 28;

const to = ({ port }: Receiver): readonly string[] => ["--server", `127.0.0.1:${port}`];

async function swaks(server: Receiver, args: readonly string[]): Promise<void> {
  await run("swaks", [...to(server), ...args]);
}

/** An SmtpServer that keeps what it is given. */
class Receiver {
  readonly port: number;
  readonly caught: readonly Caught[];
  readonly #server: SmtpServer;

  static async start(tls: "none" | "starttls" | "implicit", { certificate: cert, key }: Certificates) {
    const caught: Caught[] = [];
    const server = await SmtpServer.listen({
      tls,
      ...(tls !== "none" && { certificates: { cert, key } }),
      hostname: "mx.received.example",
      domains: [DOMAIN],
      maxMessageSize: 30_000_000,
      recipient: ({ recipient }) =>
        recipient.localPart === "refused"
          ? { code: 550, enhancedCode: "5.1.1", lines: ["no such mailbox"] }
          : undefined,
      ...(tls !== "none" && { auth, relay: "authenticated" }),
      data: async ({ content, envelope, session }) => {
        const chunks: Buffer[] = [];
        for await (const chunk of content) chunks.push(chunk);
        caught.push({
          from: envelope.from?.toString(),
          to: envelope.to.map(({ address }) => address.toString()),
          content: Buffer.concat(chunks),
          authenticated: session.authenticated?.user,
          tls: session.tls?.protocol,
        });
      },
      onError: ({ error }) => {
        throw error;
      },
    });
    return new Receiver(server, caught);
  }

  private constructor(server: SmtpServer, caught: readonly Caught[]) {
    this.#server = server;
    this.port = server.port;
    this.caught = caught;
  }

  /** The mail for this recipient, if it has come. */
  to(recipient: string): Caught | undefined {
    return this.caught.find(({ to }) => to.includes(recipient));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close();
  }
}
