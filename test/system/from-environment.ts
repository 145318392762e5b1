/** Sends as SMTP_URL says, and forgets to close: the process is to end by itself. */
import { SmtpTransport } from "envoi";

const transport = SmtpTransport.fromUrl(process.env["SMTP_URL"] ?? "").build();
const { tls, user } = await transport.testConnection();
await transport.send({ from: "a@x.test", to: "b@y.test", subject: "hi", text: "hello" });
console.log(JSON.stringify({ verified: tls?.verified, user }));
