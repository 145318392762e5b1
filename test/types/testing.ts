// Compiled, not run: what the types of `envoi/testing` let through, and what they refuse.
import { type Fault, type Finding, mailMatchers, TestServer, type TestServerOptions } from "envoi/testing";

/** Faults are plain data, told apart by what they do. */
export const faults: readonly Fault[] = [
  { at: "rcpt", when: { recipient: /slow/, nth: 2, per: "connection" }, times: 2, reply: "450 4.7.1 Later" },
  { at: "greeting", raw: ["22", Buffer.from("0 x\r\n")], repeat: 2, delay: 5 },
  { at: "ehlo", conceal: ["AUTH"], offer: ["SIZE 1"] },
  { at: "rcpt", greylist: { attempts: 2 } },
  { at: "final", keep: "never" },
  { at: "final", truncate: 10, rewrite: { Subject: null } },
  { at: "content", octet: 10, stall: true },
  { at: "listen", drop: "before" },
  { at: "tls", tls: { maxVersion: "TLSv1.1", certificate: "expired" } },
  { at: "auth", scram: "wrong-signature" },
];

const refused: Fault[] = [
  // @ts-expect-error There is no such place.
  { at: "rctp", reply: "450 x" },
  // @ts-expect-error EHLO alone offers.
  { at: "mail", offer: ["SIZE 1"] },
  // @ts-expect-error There is no such certificate.
  { at: "tls", tls: { certificate: "old" } },
  // @ts-expect-error There is no such lie.
  { at: "auth", scram: "lie" },
  // @ts-expect-error There is no such condition.
  { at: "mail", when: { recipent: /x/ }, stall: true },
  // @ts-expect-error There is no such end.
  { at: "mail", drop: "sometime" },
];

const wrong: TestServerOptions[] = [
  // @ts-expect-error A port is a number.
  { port: "25" },
  // @ts-expect-error There is no such extension.
  { without: ["PIPELINE"] },
  // @ts-expect-error There is no such flaw.
  { certificate: "old" },
  // @ts-expect-error Users are names with secrets.
  { users: ["jo"] },
];

/** What a TestServer shows. */
export async function show(): Promise<void> {
  await using server = await TestServer.start({ tls: "starttls", users: { jo: "secret" } });
  using fault = server.fail(...faults);
  const hits: number = fault.hits;
  await fault.ready;
  const mail = await server.waitForMessage({ to: /jo/, subject: "x" }, { timeout: 5 });
  const subject: string | undefined = mail.parsed.subject;
  const said: string = mail.transcript.lines.map(({ from, text, at }) => `${from} ${text} ${at}`).join();
  const found: readonly Finding[] = server.findings;
  // @ts-expect-error There is no such field.
  await server.waitForMessage({ subjekt: "x" });
  // @ts-expect-error There is no such option.
  await server.waitForMessage({}, { timout: 5 });
  // @ts-expect-error What has been caught is not to be changed.
  server.messages.push(mail);
  // @ts-expect-error Nor is what was said.
  mail.transcript.lines.length = 0;
  // @ts-expect-error There is one way to start one.
  new TestServer();
  [hits, subject, said, found, mailMatchers.toHaveNoFindings(server).pass].length;
}

[refused, wrong].length;
