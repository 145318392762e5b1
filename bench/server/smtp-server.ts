import process from "node:process";
import { SMTPServer } from "smtp-server";

new SMTPServer({
  disabledCommands: ["AUTH", "STARTTLS"],
  // It would ask the DNS about every client.
  disableReverseLookup: true,
  onData(stream, _session, done) {
    stream.resume().on("end", () => done());
  },
}).listen(Number(process.argv[2]), "127.0.0.1");
