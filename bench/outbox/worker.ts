/** One worker, of envoi or of the usual recipe: it begins when it is told, and prints its CPU time when it is told. */
import { once } from "node:events";
import process from "node:process";
import { Worker } from "bullmq";
import { SmtpTransport } from "envoi";
import { Outbox } from "envoi/outbox";
import { createTransport } from "nodemailer";

const [kind, backend = "", smtp = "", concurrency = ""] = process.argv.slice(2);
const begin = kind === "envoi" ? await envoi() : bull();
process.stdout.write("ready\n");
await once(process.stdin, "data");
const before = process.cpuUsage();
const end = begin();
await once(process.stdin, "data");
const { user, system } = process.cpuUsage(before);
process.stdout.write(`${(user + system) / 1e6}\n`);
await end();
process.exit();

async function envoi(): Promise<() => () => Promise<unknown>> {
  const transport = SmtpTransport.builderDangerous("127.0.0.1")
    .port(Number(smtp))
    .pool({ maxSize: 5 })
    .build();
  const outbox = await Outbox.open({
    database: `postgres://postgres@127.0.0.1:${backend}/postgres`,
    transport,
  });
  return () => {
    outbox.work({ concurrency: Number(concurrency) });
    return () => outbox.close();
  };
}

function bull(): () => () => Promise<unknown> {
  const transport = createTransport({
    ...{ pool: true, host: "127.0.0.1", port: Number(smtp), ignoreTLS: true, maxConnections: 5 },
    maxMessages: Number.POSITIVE_INFINITY,
  });
  const options = {
    connection: { host: "127.0.0.1", port: Number(backend) },
    concurrency: Number(concurrency),
  };
  const worker = new Worker("mail", ({ data }) => transport.sendMail(data).then(() => {}), {
    ...options,
    autorun: false,
  });
  return () => {
    void worker.run();
    return () => worker.close();
  };
}
