import MailComposer from "nodemailer/lib/mail-composer";
import { drained, run } from "./run.ts";

await run(({ fields, attached, shared }) => {
  const attachments = attached && [
    { filename: "film.bin", content: attached, contentType: "application/octet-stream" },
  ];
  const mail = new MailComposer(attachments === undefined ? fields : { ...fields, attachments }).compile();
  return shared ? drained(mail.createReadStream()) : mail.build();
});
