import MailComposer from "nodemailer/lib/mail-composer";
import { run } from "./run.ts";

await run(({ attached, ...fields }) => {
  const attachments = attached && [
    { filename: "film.bin", content: attached, contentType: "application/octet-stream" },
  ];
  return new MailComposer({ ...fields, attachments }).compile().build();
});
