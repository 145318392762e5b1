/** Sends in the way of its argument and does not close: the process must still end. */
import { DkimSigner, SmtpTransport, type SmtpTransportBuilder, Tls } from "envoi";

const [way, port] = process.argv.slice(2);
const transport = builderTo(port).build();
const mail = { from: "a@x.test", to: "b@y.test", subject: "hi", text: "hello" };

function builderTo(port: string | undefined): SmtpTransportBuilder {
  return SmtpTransport.builder("127.0.0.1").port(Number(port)).tls(Tls.None);
}

process.on("exit", () => {
  console.log(
    JSON.stringify({ left: process.getActiveResourcesInfo().filter((name) => name !== "PipeWrap") }),
  );
});

switch (way) {
  case "sends":
    await transport.send(mail);
    break;
  case "fails":
    await transport.send(mail).catch(({ kind }) => console.error(kind));
    break;
  case "sends many":
    await Promise.all(Array.from({ length: 20 }, () => transport.send(mail)));
    break;
  case "sends a run":
    await transport.sendAll(Array.from({ length: 20 }, () => mail));
    break;
  case "keeps to a rate": {
    // Nothing but the wait for the rate keeps the process alive.
    const rate = { messages: 1, interval: 200 };
    const slow = builderTo(port).pool({ rate }).build();
    await slow.sendAll([mail, mail, mail]);
    break;
  }
  case "closes":
    await transport.send(mail);
    await transport.close();
    break;
  case "aborts": {
    const controller = new AbortController();
    const send = transport.send(mail, { signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    await send.catch(({ kind }) => console.error(kind));
    break;
  }
  case "waits": {
    // For a key that never answers, which alone does not keep a process alive.
    const key = () => new Promise<never>(() => {});
    const sign = DkimSigner.create({ domain: "x.test", selector: "s", algorithm: "ed25519-sha256", key });
    await transport.send({ ...mail, sign }, { deadline: 200 }).catch(({ kind }) => console.error(kind));
    break;
  }
  case "ignores":
    // It is not awaited and succeeds; the process still waits for its end.
    void transport.send(mail);
    break;
  default:
    throw new Error(`what is ${way}?`);
}
