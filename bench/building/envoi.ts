import { Attachment, Message } from "envoi";
import { run } from "./run.ts";

await run(({ attached, ...fields }) => {
  const attach = attached && Attachment.fromBytes("film.bin", attached, "application/octet-stream");
  return Message.create({ ...fields, attach }).formatted();
});
