/** envoi's server as a target: the files of its certificate and key on its command line; prints its two ports. */
import { readFileSync } from "node:fs";
import process from "node:process";
import { SmtpServer } from "envoi/server";

const [certificate = "", key = ""] = process.argv.slice(2).map((path) => readFileSync(path, "utf8"));
const ports = await Promise.all(
  (["none", "implicit"] as const).map(async (tls) => {
    const server = await SmtpServer.listen({
      tls,
      ...(tls === "implicit" && { certificates: { cert: certificate, key } }),
      recipient: () => "accept",
      async data({ content }) {
        for await (const _ of content);
      },
    });
    return server.port;
  }),
);
process.stdout.write(`${JSON.stringify(ports)}\n`);
