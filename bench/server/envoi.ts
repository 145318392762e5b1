import { SmtpServer } from "envoi/server";
import { listening } from "./listening.ts";

const { port, tlsPort, certificates } = listening;

await SmtpServer.listen({
  listeners: [{ port: tlsPort, tls: "implicit" }, { port }],
  certificates,
  maxMessageSize: 0,
  recipient: () => "accept",
  async data({ content }) {
    for await (const _ of content);
  },
});
