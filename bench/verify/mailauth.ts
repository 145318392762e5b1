import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { folder } from "./rival.ts";
import { run } from "./run.ts";

const url = pathToFileURL(join(folder, "node_modules", "mailauth", "lib", "mailauth.js"));
const { authenticate } = (await import(url.href)).default;

await run(({ octets, origin, dns }) => async () => {
  const { dmarc } = await authenticate(octets, {
    ip: origin.ip,
    helo: origin.hello,
    sender: origin.from,
    mta: "mx.example.net",
    resolver: dns.asNode,
    strict: true,
    disableBimi: true,
  });
  return dmarc.status.result === "pass";
});
