import { readFileSync } from "node:fs";
import process from "node:process";
import { SmtpTransport, Tls, TlsParameters } from "envoi";
import type { Course } from "./course.ts";
import { plainMail } from "./mail.ts";
import { run } from "./run.ts";

const row = process.argv[3] as "off" | "auto" | "window";

await run(({ port, ca, connections }) => {
  const transport = SmtpTransport.builder("127.0.0.1")
    .tls(tls(ca))
    .port(port)
    .pipelining(row)
    // As many 4 kB mails as fit into the 256 kB that may be unanswered.
    .pool({ maxSize: connections, maxInFlight: 64 })
    .build();
  return { send: (number) => transport.send(plainMail(number)) };
});

function tls(ca: Course["ca"]): Tls {
  if (ca === undefined) return Tls.None;
  return Tls.Wrapper(TlsParameters.builder().addRootCertificate(readFileSync(ca, "utf8")).build());
}
