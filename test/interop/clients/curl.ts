import { run } from "../program.ts";
import { type ForeignClient, modes } from "./client.ts";

/** curl, and so libcurl, which many programs send with. */
export const curl: ForeignClient = {
  name: "curl",
  modes: modes({ mechanisms: ["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2", "OAUTHBEARER"] }),
  with8bit: ["8bit-undeclared"],
  async deliver({ port, tls, mechanism = "", caFile, user, secret }, { from, to, message }) {
    const token = ["XOAUTH2", "OAUTHBEARER"].includes(mechanism);
    const login = token ? ["--user", user, "--oauth2-bearer", secret] : ["--user", `${user}:${secret}`];
    await run(
      "curl",
      [
        ...["--silent", "--show-error", "--cacert", caFile, "--upload-file", "-"],
        ...(tls === "starttls" ? ["--ssl-reqd"] : []),
        ...(mechanism === "" ? [] : [...login, "--login-options", `AUTH=${mechanism}`]),
        ...["--mail-from", from, ...to.flatMap((each) => ["--mail-rcpt", each])],
        `${tls === "implicit" ? "smtps" : "smtp"}://localhost:${port}/client.example`,
      ],
      Buffer.from(message),
    );
  },
};
