import { createTransport } from "nodemailer";
import { plainMail } from "./mail.ts";
import { connections, run } from "./run.ts";

await run((port) => {
  const transport = createTransport({
    pool: true,
    host: "127.0.0.1",
    port,
    secure: false,
    ignoreTLS: true,
    maxConnections: connections,
    // Its default, 100, would make it connect again and again, which is not what is measured.
    maxMessages: Number.POSITIVE_INFINITY,
  });
  return { send: (number) => transport.sendMail(plainMail(number)), close: () => transport.close() };
});
