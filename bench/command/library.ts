/** Sends a mail for each line of a JSON Lines file by `sendAll`, as a program of twenty lines does. */
import { createReadStream } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";
import { SmtpTransport } from "envoi";

const [port = "", path = ""] = process.argv.slice(2);

async function* mails() {
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const { id, name, email, text } = JSON.parse(line);
    const to = { name, address: email };
    const message = { from: "shop@example.org", to, subject: `Order ${id}`, text: `Dear ${name}, ${text}` };
    yield { message, tag: id };
  }
}

await using transport = SmtpTransport.builderDangerous("127.0.0.1").port(Number(port)).build();
for await (const { ok, error } of transport.sendAll(mails())) if (!ok) throw error;
