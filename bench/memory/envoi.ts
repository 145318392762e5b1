import { Attachment, Message } from "envoi";
import { run } from "./run.ts";

await run((path) =>
  Message.create({ from: "a@example.com", to: "b@example.com", attach: Attachment.fromPath(path) }).stream(),
);
