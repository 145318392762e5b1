import process from "node:process";
import { SmtpServer } from "envoi/server";

await SmtpServer.listen({
  port: Number(process.argv[2]),
  proxyProtocol: { from: ["127.0.0.1"] },
  maxMessageSize: 0,
  recipient: () => "accept",
  async data({ content }) {
    for await (const _ of content);
  },
});
