import { run } from "../program.ts";
import { external, type ForeignClient, modes, unixLines } from "./client.ts";

/** A sendmail that hands on what it is given, with GNU SASL and GnuTLS. */
export const msmtp: ForeignClient = {
  name: "msmtp",
  modes: [
    ...modes({
      mechanisms: ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "XOAUTH2", "OAUTHBEARER"],
      lmtp: ["none", "starttls", "implicit"],
    }),
    ...external,
  ],
  dsn: true,
  with8bit: ["8bit-undeclared"],
  async deliver(destination, { from, to, message, dsn }) {
    const { port, tls, mechanism, lmtp, caFile, user, secretFile, certificateFile, keyFile } = destination;
    const options = [
      ...["--host=localhost", `--port=${port}`, "--domain=client.example", `--from=${from}`],
      `--protocol=${lmtp === true ? "lmtp" : "smtp"}`,
      ...(tls === "none"
        ? ["--tls=off"]
        : ["--tls=on", `--tls-starttls=${tls === "starttls" ? "on" : "off"}`, `--tls-trust-file=${caFile}`]),
      ...(mechanism === undefined
        ? ["--auth=off"]
        : [`--auth=${mechanism.toLowerCase()}`, `--user=${user}`, `--passwordeval=cat ${secretFile}`]),
      ...(mechanism === "EXTERNAL"
        ? [`--tls-cert-file=${certificateFile}`, `--tls-key-file=${keyFile}`]
        : []),
      ...(dsn === true ? ["--dsn-return=hdrs", "--dsn-notify=success,failure"] : []),
    ];
    await run("msmtp", [...options, "--", ...to], unixLines(message));
  },
};
