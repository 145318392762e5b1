/**
 * envoi's own client as a load: `PORT PATTERN COUNT` on its command line, and for TLS the file of the authority; prints
 * the cost of the mails.
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import { SmtpTransport, type SmtpTransportBuilder, Tls, TlsParameters } from "envoi";
import type { Cost } from "../report/cost.ts";
import { small } from "./small.ts";

/** How mails are sent: how many at a time. */
interface Pattern {
  readonly underWay: number;
  readonly send: () => Promise<unknown>;
  readonly close: () => Promise<void>;
}

const content = Buffer.from(small.content);
const [port, name = "", count, authority] = process.argv.slice(2);
const patterns: Readonly<Record<string, () => Pattern>> = {
  one: () => pooled(1, builder().pool({ maxSize: 1 }).pipelining("off")),
  four: () => pooled(40, builder().pool({ maxSize: 4 })),
  "one-shot": () => ({ underWay: 10, send: sendAlone, close: async () => {} }),
};
const pattern = patterns[name]?.();
if (pattern === undefined) throw new Error(`There is no pattern ${name}`);
const { underWay, send, close } = pattern;

const begun = performance.now();
let number = 0;
await Promise.all(
  Array.from({ length: underWay }, async () => {
    while (number++ < Number(count)) await send();
  }),
);
const seconds = (performance.now() - begun) / 1000;
await close();
const { user, system } = process.cpuUsage();
const cost: Cost = { count: Number(count), seconds, cpuSeconds: (user + system) / 1e6 };
process.stdout.write(JSON.stringify(cost));

function builder(): SmtpTransportBuilder {
  const builder =
    authority === undefined
      ? SmtpTransport.builderDangerous("127.0.0.1")
      : SmtpTransport.builder("127.0.0.1").tls(
          Tls.Wrapper(TlsParameters.builder().addRootCertificate(readFileSync(authority, "utf8")).build()),
        );
  return builder.port(Number(port));
}

function pooled(underWay: number, built: SmtpTransportBuilder): Pattern {
  const transport = built.build();
  return {
    underWay,
    send: () => transport.sendRaw(small.envelope, content),
    close: () => transport.close(),
  };
}

async function sendAlone(): Promise<void> {
  await using transport = builder().build();
  await transport.sendRaw(small.envelope, content);
}
