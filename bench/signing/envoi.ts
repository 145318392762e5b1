import { DkimSigner } from "envoi";
import { run } from "./run.ts";

// Includes assembling the mail from its parts, which are already encoded.
await run(({ message, key }) => {
  const signers = [DkimSigner.create({ domain: "example.com", selector: "s", key })];
  return () => message.content({ eightBit: true }, signers).chunks;
});
