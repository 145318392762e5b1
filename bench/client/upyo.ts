import { readFileSync } from "node:fs";
import { createMessage } from "@upyo/core";
import { SmtpTransport } from "@upyo/smtp";
import { plainMail } from "./mail.ts";
import { run } from "./run.ts";

await run(({ port, ca, connections }) => {
  const transport = new SmtpTransport({
    host: "127.0.0.1",
    port,
    secure: ca !== undefined,
    ...(ca !== undefined && { tls: { ca: [readFileSync(ca, "utf8")] } }),
    pool: true,
    poolSize: connections,
  });
  return {
    // It opens a connection for every mail that finds none idle, and closes those that the pool has no room for.
    underWay: connections,
    async send(number) {
      const { from, to, subject, text } = plainMail(number);
      const receipt = await transport.send(createMessage({ from, to, subject, content: { text } }));
      if (!receipt.successful) throw new Error(receipt.errorMessages.join("; "));
    },
  };
});
