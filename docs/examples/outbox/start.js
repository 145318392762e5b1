/**
 * A shop takes orders, a worker sends the receipts, and one of them comes back. Run it with `npm start`; on PostgreSQL
 * instead of a folder with `DATABASE_URL=postgres://localhost/shop npm start`.
 */
import { TestServer } from "envoi/testing";
import { openOutbox, order, prepare } from "./shop.js";

// In the place of your relay. It takes mail for Gus, and finds out later that he has no mailbox.
const relay = await TestServer.start();
relay.fail({ at: "final", when: { recipient: /^gus@/ }, bounce: "550 5.1.1 No such user" });
const transport = relay.transport();
const outbox = await openOutbox(transport);
await prepare(outbox);
const run = Date.now().toString(36);

// 1. Three orders, of which one fails: it leaves neither an order nor a receipt.
const ada = await order(outbox, { number: `${run}-1`, customer: "ada@example.org", item: "a lamp" });
const gus = await order(outbox, { number: `${run}-2`, customer: "gus@example.org", item: "a chair" });
await order(outbox, { number: `${run}-3`, customer: "eve@example.org", item: "a unicorn" }).catch((error) => {
  console.log(`order 3 failed: ${error.message}`);
});
const { rows } = await outbox.query("select count(*)::int as n from shop_order where number like $1", [
  `${run}-%`,
]);
console.log(`${rows[0].n} orders, ${(await outbox.status()).mails.waiting} receipts wait`);

// 2. A worker sends them. In production it is a process of its own, or as many as it takes.
const worker = outbox.work();
console.log(`Ada's receipt: ${await ended(ada)}`);
console.log(`Gus's receipt: ${await ended(gus)}`);

// 3. A bounce comes back to the address that Gus's receipt was sent from.
const bounce = await relay.waitForMessage(({ envelope }) => envelope.from === null);
const { feedback, id, suppressed } = await outbox.feedback(bounce.raw);
console.log(
  `a ${feedback.type} about mail ${id === gus ? "to Gus" : id}: ${feedback.recipients[0]?.diagnostic}`,
);
console.log(`no more mail to ${suppressed.join(", ")}`);

// 4. His next receipt is not sent.
const next = await order(outbox, { number: `${run}-4`, customer: "gus@example.org", item: "a table" });
console.log(`Gus's next receipt: ${await ended(next)}`);

await worker.stop();
await outbox.suppressions.remove("gus@example.org");
await outbox.close();
await transport.close();
await relay.close();

/** Waits until a mail is finished. */
async function ended(mail) {
  for (;;) {
    const { state } = await outbox.find(mail);
    if (state !== "waiting" && state !== "sending") return state;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
