import MailComposer from "nodemailer/lib/mail-composer";
import { run } from "./run.ts";

await run((path) =>
  new MailComposer({ from: "a@example.com", to: "b@example.com", attachments: [{ path }] })
    .compile()
    .createReadStream(),
);
