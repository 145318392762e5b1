import { run } from "../program.ts";
import { external, type ForeignClient, modes } from "./client.ts";

/** curl, and so libcurl, which many programs send with. */
export const curl: ForeignClient = {
  name: "curl",
  modes: [...modes({ mechanisms: ["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2", "OAUTHBEARER"] }), ...external],
  utf8: true,
  with8bit: ["8bit-undeclared"],
  async deliver(destination, { from, to, message }) {
    const { port, tls, mechanism = "", caFile, user, secret, certificateFile, keyFile } = destination;
    const token = ["XOAUTH2", "OAUTHBEARER"].includes(mechanism);
    const login = token
      ? ["--user", user, "--oauth2-bearer", secret]
      : ["--user", `${user}:${mechanism === "EXTERNAL" ? "" : secret}`];
    await run(
      "curl",
      [
        ...["--silent", "--show-error", "--cacert", caFile, "--upload-file", "-"],
        ...(tls === "starttls" ? ["--ssl-reqd"] : []),
        ...(mechanism === "" ? [] : [...login, "--login-options", `AUTH=${mechanism}`]),
        ...(mechanism === "EXTERNAL" ? ["--cert", certificateFile, "--key", keyFile] : []),
        ...["--mail-from", from, ...to.flatMap((each) => ["--mail-rcpt", each])],
        `${tls === "implicit" ? "smtps" : "smtp"}://localhost:${port}/client.example`,
      ],
      Buffer.from(message),
      // It takes its arguments for what the locale says.
      { LC_ALL: "C.UTF-8" },
    );
  },
};
