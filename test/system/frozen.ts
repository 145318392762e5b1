/**
 * Sends one mail with a limit that passes while the process is stopped, and prints what came of it.
 */
import { EnvoiError, SmtpTransport, Tls } from "envoi";

const [way, port] = process.argv.slice(2);
const limit = 2000;
const builder = SmtpTransport.builder("127.0.0.1").port(Number(port)).tls(Tls.None);
if (way === "deadline") builder.deadline(limit);
else if (way === "connect") builder.timeout({ greeting: limit });
else builder.timeout({ command: limit, final: limit });
const transport = builder.build();
try {
  const { reply } = await transport.send({ from: "a@x.test", to: "b@y.test", subject: "hi", text: "hello" });
  console.log(`accepted: ${reply}`);
} catch (error) {
  if (!EnvoiError.is(error)) throw error;
  console.log(`${error.delivery}: ${error.message}`);
}
await transport.close({ force: true });
