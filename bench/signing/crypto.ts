import { createHash, sign } from "node:crypto";
import { run } from "./run.ts";

// Hashes and signs body and header as they are: the limit for any DKIM signer.
await run(({ octets, key }) => {
  const end = octets.indexOf("\r\n\r\n") + 4;
  const [header, body] = [octets.subarray(0, end), octets.subarray(end)];
  const rsa = key.asymmetricKeyType === "rsa";
  return () => {
    const bodyHash = createHash("sha256").update(body).digest("base64");
    const signature = rsa
      ? sign("sha256", header, key)
      : sign(null, createHash("sha256").update(header).digest(), key);
    return [bodyHash, signature.toString("base64")];
  };
});
