/** envoi's server for clients that come for one mail each: `PORT HEADER`, where HEADER is `proxy` or `none`. */
import process from "node:process";
import { SmtpServer } from "envoi/server";

const [port, header] = process.argv.slice(2);
await SmtpServer.listen({
  port: Number(port),
  ...(header === "proxy" && { proxyProtocol: { from: ["127.0.0.1"] } }),
  maxMessageSize: 0,
  recipient: () => "accept",
  async data({ content }) {
    for await (const _ of content);
  },
});
