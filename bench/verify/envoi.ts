import { authenticate } from "envoi/verify";
import { run } from "./run.ts";

await run(({ octets, origin, dns: resolver }) => async () => {
  const { dmarc } = await authenticate(octets, { origin, resolver, authservId: "mx.example.net" });
  return dmarc.result === "pass";
});
