import { readFileSync } from "node:fs";
import { createTransport } from "nodemailer";
import { plainMail } from "./mail.ts";
import { run } from "./run.ts";

await run(({ port, ca, connections }) => {
  const transport = createTransport({
    pool: true,
    host: "127.0.0.1",
    port,
    secure: ca !== undefined,
    ignoreTLS: true,
    ...(ca !== undefined && { tls: { ca: readFileSync(ca, "utf8") } }),
    maxConnections: connections,
    // Its default, 100, would make it connect again and again, which is not what is measured.
    maxMessages: Number.POSITIVE_INFINITY,
  });
  return { send: (number) => transport.sendMail(plainMail(number)) };
});
