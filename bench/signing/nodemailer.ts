import { buffer } from "node:stream/consumers";
import DKIM from "nodemailer/lib/dkim";
import { run } from "./run.ts";

await run(({ octets, key }) => {
  const privateKey = key.export({ type: "pkcs8", format: "pem" }).toString();
  const dkim = new DKIM({ domainName: "example.com", keySelector: "s", privateKey });
  return () => buffer(dkim.sign(octets));
});
