import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { serve } from "./serve.ts";

serve(
  (certificate) =>
    new Promise((resolve) => {
      const server = new SMTPServer({
        ...certificate,
        secure: certificate !== undefined,
        disabledCommands: ["AUTH", "STARTTLS"],
        // It would ask the DNS about every client.
        disableReverseLookup: true,
        onData(stream, _session, done) {
          stream.resume().on("end", () => done());
        },
      });
      server.listen(0, "127.0.0.1", () => resolve((server.server.address() as AddressInfo).port));
    }),
);
