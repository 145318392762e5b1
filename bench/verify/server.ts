import process from "node:process";
import { SmtpServer } from "envoi/server";
import { WarmDns } from "./run.ts";

/** The port, and the zone by which mail is verified; without one it is not. */
const [port, zone] = process.argv.slice(2);

await SmtpServer.listen({
  port: Number(port),
  recipient: () => "accept",
  ...(zone && { verify: { resolver: new WarmDns(JSON.parse(zone)) } }),
  async data({ content, authentication }) {
    for await (const _ of content);
    if (zone && (await authentication()).dmarc.result !== "pass") throw new Error("DMARC did not pass");
  },
});
