import { Attachment, Message } from "envoi";
import { drained, run } from "./run.ts";

let film: Attachment | undefined;

await run(({ fields, attached, shared }) => {
  if (shared) film ??= Attachment.fromBytes("film.bin", attached ?? "");
  const attach = film ?? (attached && Attachment.fromBytes("film.bin", attached));
  const message = Message.create(attach === undefined ? fields : { ...fields, attach });
  return shared ? drained(message.stream()) : message.formatted();
});
