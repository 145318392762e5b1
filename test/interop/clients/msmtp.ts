import { run } from "../program.ts";
import { type ForeignClient, modes, unixLines } from "./client.ts";

/** A sendmail that hands on what it is given, with GNU SASL and GnuTLS. */
export const msmtp: ForeignClient = {
  name: "msmtp",
  modes: modes({
    mechanisms: ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "XOAUTH2", "OAUTHBEARER"],
    lmtp: ["none", "starttls", "implicit"],
  }),
  with8bit: ["8bit-undeclared"],
  async deliver({ port, tls, mechanism, lmtp, caFile, user, secretFile }, { from, to, message }) {
    const options = [
      ...["--host=localhost", `--port=${port}`, "--domain=client.example", `--from=${from}`],
      `--protocol=${lmtp === true ? "lmtp" : "smtp"}`,
      ...(tls === "none"
        ? ["--tls=off"]
        : ["--tls=on", `--tls-starttls=${tls === "starttls" ? "on" : "off"}`, `--tls-trust-file=${caFile}`]),
      ...(mechanism === undefined
        ? ["--auth=off"]
        : [`--auth=${mechanism.toLowerCase()}`, `--user=${user}`, `--passwordeval=cat ${secretFile}`]),
    ];
    await run("msmtp", [...options, "--", ...to], unixLines(message));
  },
};
