import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import {
  FailoverTransport,
  FileTransport,
  LmtpTransport,
  RawTransport,
  RetryTransport,
  RoundRobinTransport,
  SendmailTransport,
  StubTransport,
  type Transport,
} from "envoi";
import { type ArrivedMail, TestServer, type TransportUnderTest, transportContract } from "envoi/testing";

describe("SmtpTransport", () =>
  transportContract(
    test,
    overSmtp((transport) => transport),
  ));

describe("LmtpTransport", () =>
  transportContract(test, async () => {
    const server = await TestServer.start({ lmtp: true });
    const transport = LmtpTransport.builder(server.host).port(server.port).build();
    return { transport, arrived: () => caughtBy(server), stop: () => server.close() };
  }));

describe("FailoverTransport", () =>
  transportContract(
    test,
    overSmtp((transport) => new FailoverTransport([transport])),
  ));

describe("RoundRobinTransport", () =>
  transportContract(
    test,
    overSmtp((transport) => new RoundRobinTransport([transport])),
  ));

describe("RetryTransport", () =>
  transportContract(
    test,
    overSmtp((transport) => new RetryTransport(transport)),
  ));

describe("StubTransport", () =>
  transportContract(test, async () => {
    const transport = StubTransport.ok();
    const arrived = async () =>
      transport.messages.map(({ envelope, raw }) => ({ ...envelope.toJSON(), raw }));
    return { transport, arrived };
  }));

describe("RawTransport", () =>
  transportContract(test, async () => {
    const mails: ArrivedMail[] = [];
    const transport = new RawTransport(async (mail) => {
      const raw = await mail.bytes();
      mails.push({ ...mail.envelope.toJSON(), raw });
    });
    return { transport, arrived: async () => mails };
  }));

describe("FileTransport", () =>
  transportContract(test, async () => {
    const directory = await mkdtemp(join(tmpdir(), "envoi-"));
    const transport = new FileTransport(directory);
    const arrived = async () => {
      const ids = (await readdir(directory)).filter((name) => name.endsWith(".eml"));
      const mails = await Promise.all(ids.map((name) => transport.read(name.slice(0, -".eml".length))));
      return mails.map(({ envelope, raw }) => ({ ...envelope.toJSON(), raw }));
    };
    return { transport, arrived, stop: () => rm(directory, { recursive: true }) };
  }));

describe("SendmailTransport", () =>
  transportContract(test, async () => {
    const directory = await mkdtemp(join(tmpdir(), "envoi-"));
    const program = join(directory, "sendmail");
    await writeFile(program, sendmail);
    const transport = new SendmailTransport({ command: "sh", arguments: [program, directory] });
    return { transport, arrived: () => read(directory), stop: () => rm(directory, { recursive: true }) };
  }));

/** A program that takes what sendmail takes, and writes down its arguments and its input. */
const sendmail = `
mail=$1/$$
shift
printf '%s\\n' "$@" > $mail.args
cat > $mail.part
mv $mail.part $mail.body
`;

async function read(directory: string): Promise<ArrivedMail[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".body"));
  return Promise.all(
    names.map(async (name) => {
      const body = await readFile(join(directory, name), "latin1");
      const args = await readFile(join(directory, name.replace("body", "args")), "utf8");
      const [, , sender = "", , ...to] = args.trimEnd().split("\n");
      const raw = Buffer.from(body.replaceAll("\n", "\r\n"), "latin1");
      return { from: sender === "<>" ? null : sender, to, raw };
    }),
  );
}

/** A transport in front of one that sends to a server. */
function overSmtp(front: (transport: Transport) => Transport): () => Promise<TransportUnderTest> {
  return async () => {
    const server = await TestServer.start();
    const transport = front(server.transport());
    return { transport, arrived: () => caughtBy(server), stop: () => server.close() };
  };
}

async function caughtBy(server: TestServer): Promise<ArrivedMail[]> {
  return server.messages.map(({ envelope, to, raw }) => ({
    from: envelope.from === null ? null : String(envelope.from),
    to,
    raw,
  }));
}
