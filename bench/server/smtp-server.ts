import { SMTPServer } from "smtp-server";
import { listening } from "./listening.ts";

const { port, tlsPort, certificates } = listening;

for (const [at, secure] of [
  [tlsPort, true],
  [port, false],
] as const) {
  new SMTPServer({
    ...(secure && certificates),
    secure,
    disabledCommands: ["AUTH", "STARTTLS"],
    // It would ask the DNS about every client.
    disableReverseLookup: true,
    onData(stream, _session, done) {
      stream.resume().on("end", () => done());
    },
  }).listen(at, "127.0.0.1");
}
