import { SmtpTransport } from "envoi";
import { plainMail } from "./mail.ts";
import { connections, run } from "./run.ts";

await run((port) => {
  const transport = SmtpTransport.builderDangerous("127.0.0.1")
    .port(port)
    .pool({ maxSize: connections })
    .build();
  return { send: (number) => transport.send(plainMail(number)), close: () => transport.close() };
});
