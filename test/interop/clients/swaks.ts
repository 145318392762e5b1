import { run } from "../program.ts";
import { type ForeignClient, modes, unixLines } from "./client.ts";

/** The Swiss army knife for SMTP, in Perl. */
export const swaks: ForeignClient = {
  name: "swaks",
  modes: modes({ mechanisms: ["PLAIN", "LOGIN", "CRAM-MD5"], lmtp: ["none", "starttls", "implicit"] }),
  with8bit: ["8bit-undeclared"],
  async deliver({ port, tls, mechanism, lmtp, caFile, user, secret }, { from, to, message }) {
    const verify = ["--tls-verify", "--tls-ca-path", caFile];
    await run("swaks", [
      ...["--server", "localhost", "--port", String(port), "--helo", "client.example"],
      ...["--protocol", lmtp === true ? "LMTP" : "ESMTP"],
      ...(tls === "none" ? [] : [tls === "starttls" ? "--tls" : "--tls-on-connect", ...verify]),
      ...(mechanism === undefined
        ? []
        : ["--auth", mechanism, "--auth-user", user, "--auth-password", secret]),
      ...["--from", from, "--to", to.join(","), "--suppress-data"],
      // It ends the last line itself.
      ...["--data", unixLines(message).slice(0, -1)],
    ]);
  },
};
