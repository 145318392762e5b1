/**
 * Builds a thousand transports, uses some of them, and tells what sockets and timers there are: before, and once they
 * have been idle for long enough. Prints both as JSON.
 */
import { createHook } from "node:async_hooks";
import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { SmtpTransport, Tls } from "envoi";

const port = Number(process.argv[2]);
const live = new Map<number, string>();
createHook({
  init(id, type) {
    // Those that keep no process alive are seen too.
    if (type === "Timeout" || type === "TCPWRAP" || type === "TLSWRAP") live.set(id, type);
  },
  destroy(id) {
    live.delete(id);
  },
}).enable();

const mail = { from: "a@x.test", to: "b@y.test", subject: "hi", text: "hello" };
const transports = Array.from({ length: 1000 }, () =>
  SmtpTransport.builder("127.0.0.1").port(port).tls(Tls.None).pool({ idleTimeout: 50 }).build(),
);
const built = [...live.values()];
await Promise.all(transports.slice(0, 20).map((transport) => transport.send(mail)));
const used = new Set(live.values());
while (live.size > 0) await turnOfTheLoop();
const idle = transports.map((transport) => transport.status().connections.idle).reduce((a, b) => a + b);
// Those that have idled out are as good as new.
await Promise.all(transports.slice(0, 20).map((transport) => transport.send(mail)));
console.log(JSON.stringify({ built, used: [...used].sort(), idle }));
