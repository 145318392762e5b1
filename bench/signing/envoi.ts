import { DkimSigner } from "envoi";
import { run } from "./run.ts";

// With the assembling of the mail out of its parts, which are encoded.
await run(({ message, key }) => {
  const signers = [DkimSigner.create({ domain: "example.com", selector: "s", key })];
  return () => message.content({ eightBit: true }, signers).chunks;
});
