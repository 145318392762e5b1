import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { EnvoiError, SmtpTransport, type Transport } from "envoi";
import { Outbox, type OutboxRates } from "envoi/outbox";
import type { WorkerOrders } from "./worker-process.ts";

const orders = JSON.parse(process.argv[2] ?? "{}") as WorkerOrders;
const {
  database,
  smtpPort,
  smtpHost = "localhost",
  schema = "envoi",
  concurrency = 8,
  clock = 0,
  jitter = 0,
} = orders;
if (clock !== 0) {
  const right = Date.now;
  Date.now = () => right() + clock;
}
const transport = SmtpTransport.builderDangerous(smtpHost).port(smtpPort).build();
const outbox = await opened({
  database,
  transport: jitter === 0 ? transport : late(transport),
  schema,
  lease: orders.lease ?? 2000,
  notify: orders.notify ?? true,
  // Longer than any run, also one with 100,000 mails, which wait for their turn from the start.
  retry: { for: 7_200_000, first: orders.retryFirst ?? 100, longest: 2000 },
  rates: (orders.rates ?? {}) as OutboxRates,
});
outbox.work({ concurrency });
console.log("ready");

/** Opens it as a supervisor would: once more, while the database recovers. */
async function opened(options: Parameters<typeof Outbox.open>[0]): Promise<Outbox> {
  for (;;) {
    try {
      return await Outbox.open(options);
    } catch (error) {
      if (!EnvoiError.is(error) || !error.transient) throw error;
      await delay(100);
    }
  }
}

/** A process that is slow between the marking and the sending. */
function late(to: Transport): Transport {
  return new Proxy(to, {
    get(target, name) {
      if (name !== "sendRaw") return Reflect.get(target, name, target);
      return async (...args: Parameters<Transport["sendRaw"]>) => {
        await delay(Math.random() * jitter);
        return target.sendRaw(...args);
      };
    },
  });
}
