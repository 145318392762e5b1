import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { SmtpTransport, Tls } from "envoi";
import { Reply, SmtpServer, type SmtpServerOptions, type TurnedConnection } from "envoi/server";
import { attempt, type Outcome } from "./program.ts";

const subjects = ["First", "Second", "Third"];

/** Lets fetchmail ask a server for mail, which it passes on to another one. */
async function fetchMail(
  protocol: "ETRN" | "ODMR",
  password: string,
  hooks: Pick<SmtpServerOptions, "etrn" | "atrn">,
): Promise<Outcome & { readonly delivered: readonly string[]; readonly errors: readonly unknown[] }> {
  const delivered: string[] = [];
  const errors: unknown[] = [];
  await using home = await SmtpServer.listen({
    domains: ["y.test"],
    data: async ({ bytes }) => void delivered.push(String(await bytes())),
  });
  await using relay = await SmtpServer.listen({
    // fetchmail knows no other mechanism here.
    mechanisms: ["CRAM-MD5"],
    allowPlaintextCredentials: true,
    auth: async ({ user, verify }) => ((await verify("secret")) ? { user } : undefined),
    onError: ({ error }) => void errors.push(error),
    ...hooks,
  });
  const directory = await mkdtemp(join(tmpdir(), "envoi-fetchmail-"));
  try {
    const configuration = join(directory, "fetchmailrc");
    await writeFile(
      configuration,
      `poll 127.0.0.1 protocol ${protocol} service ${relay.port}: user "jo" password "${password}"
         smtphost "127.0.0.1/${home.port}" fetchdomains "y.test" sslproto ""\n`,
      { mode: 0o600 },
    );
    const files = ["--pidfile", join(directory, "pid"), "--idfile", join(directory, "ids")];
    const environment = { FETCHMAILHOME: directory, LC_ALL: "C" };
    const outcome = await attempt(
      "fetchmail",
      ["-v", "--nodetach", "-f", configuration, ...files],
      undefined,
      environment,
    );
    return { ...outcome, delivered, errors };
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Sends mails over a turned connection: there is no other, and no login. */
const send: TurnedConnection = async (connection) => {
  let calls = 0;
  const transport = SmtpTransport.builder("y.test")
    .tls(Tls.None)
    .pool({ maxSize: 1 })
    .connector(() => {
      if (++calls > 1) throw new Error("the customer has left");
      return connection;
    })
    .build();
  for (const subject of subjects)
    await transport.send({ from: "a@x.test", to: "b@y.test", subject, text: "Hello\n.\n..you" });
  await transport.close();
};

test("fetchmail asks for its mail by ETRN", async () => {
  const asked: string[] = [];
  const { status, stdout } = await fetchMail("ETRN", "secret", {
    etrn({ kind, name }) {
      asked.push(`${kind} ${name}`);
      return Reply.of(253, undefined, `3 pending messages for node ${name} started`);
    },
  });
  assert.equal(status, 0, stdout.toString());
  assert.deepEqual(asked, ["host y.test"]);
  assert.match(stdout.toString(), /3 pending messages|messages pending/i);
});

test("fetchmail takes its mail by ODMR, over the connection on which it logged in", async () => {
  const asked: unknown[] = [];
  const { status, stdout, delivered, errors } = await fetchMail("ODMR", "secret", {
    atrn({ domains, session }) {
      asked.push(session.authenticated?.user, domains);
      return send;
    },
  });
  assert.equal(status, 0, stdout.toString());
  assert.deepEqual(asked, ["jo", ["y.test"]]);
  assert.deepEqual(
    delivered.map((mail) => /^Subject: (.*)\r$/m.exec(mail)?.[1]),
    subjects,
  );
  for (const mail of delivered) assert.match(mail, /\r\n\r\nHello\r\n\.\r\n\.\.you\r\n$/);
  assert.deepEqual(errors, []);
});

test("fetchmail takes no mail by ODMR with a wrong password, or if there is none", async () => {
  let asked = 0;
  const atrn = () => {
    asked++;
    return Reply.of(453, undefined, "You have no mail");
  };
  const stranger = await fetchMail("ODMR", "guessed", { atrn });
  assert.notEqual(stranger.status, 0);
  assert.equal(asked, 0);
  const customer = await fetchMail("ODMR", "secret", { atrn });
  assert.equal(asked, 1);
  assert.deepEqual([...stranger.delivered, ...customer.delivered], []);
});
