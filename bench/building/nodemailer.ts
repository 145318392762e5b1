import MailComposer from "nodemailer/lib/mail-composer";
import { drained, run } from "./run.ts";

await run(({ attached, shared, ...fields }) => {
  const attachments = attached && [
    { filename: "film.bin", content: attached, contentType: "application/octet-stream" },
  ];
  const mail = new MailComposer({ ...fields, attachments }).compile();
  return shared ? drained(mail.createReadStream()) : mail.build();
});
