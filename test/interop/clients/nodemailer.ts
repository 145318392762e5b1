import { createTransport } from "nodemailer";
import { type ForeignClient, isAscii, modes } from "./client.ts";

/** Node's best known mail client. */
export const nodemailer: ForeignClient = {
  name: "nodemailer",
  modes: modes({
    mechanisms: ["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2"],
    lmtp: ["none", "starttls", "implicit"],
  }),
  utf8: true,
  dsn: true,
  async deliver({ port, tls, mechanism, lmtp, ca, user, secret }, { from, to, message, dsn }) {
    const token = mechanism === "XOAUTH2";
    const transport = createTransport({
      host: "localhost",
      port,
      name: "client.example",
      secure: tls === "implicit",
      requireTLS: tls === "starttls",
      ignoreTLS: tls === "none",
      tls: { ca },
      lmtp: lmtp === true,
      ...(mechanism !== undefined && {
        authMethod: mechanism,
        auth: token ? { type: "OAuth2", user, accessToken: secret } : { user, pass: secret },
      }),
    });
    try {
      await transport.sendMail({
        envelope: { from, to: [...to], use8BitMime: !isAscii(message) },
        raw: Buffer.from(message),
        ...(dsn === true && { dsn: { return: "headers", notify: ["success", "failure"] } }),
      });
    } finally {
      transport.close();
    }
  },
};
