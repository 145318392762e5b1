/** Sends by SMTP_URL and does not close: the process must still end. */
import { SmtpTransport } from "envoi";

const transport = SmtpTransport.fromUrl(process.env["SMTP_URL"] ?? "").build();
const { tls, user } = await transport.testConnection();
await transport.send({ from: "a@x.test", to: "b@y.test", subject: "hi", text: "hello" });
console.log(JSON.stringify({ verified: tls?.verified, user }));
