import { BounceAddress, Outbox } from "envoi/outbox";

/** Each mail gets a sender address of its own, so that a bounce says which mail it is about. */
const bounces = BounceAddress.create({
  domain: "bounces.shop.example",
  secret: process.env.BOUNCE_SECRET ?? "for this example only",
});

/** The outbox of the shop: in PostgreSQL if DATABASE_URL names one, else in a folder. */
export function openOutbox(transport) {
  return Outbox.open({
    database: process.env.DATABASE_URL ?? { folder: process.env.OUTBOX_FOLDER ?? "data" },
    schema: "shop_outbox",
    transport,
    bounces,
  });
}

/** The table of the shop itself. */
export async function prepare(outbox) {
  await outbox.query(
    "create table if not exists shop_order (number text primary key, customer text not null, item text not null)",
  );
}

/** Takes an order. Order and receipt are there together, or neither is. */
export async function order(outbox, { number, customer, item }) {
  return outbox.transaction(async (transaction) => {
    await transaction.query("insert into shop_order (number, customer, item) values ($1, $2, $3)", [
      number,
      customer,
      item,
    ]);
    const receipt = {
      from: "The shop <orders@shop.example>",
      to: customer,
      subject: `Receipt ${number}`,
      text: `Thank you for your order of ${item}.`,
    };
    const { id } = await outbox.enqueue(receipt, {
      via: transaction,
      key: `receipt ${number}`,
      tag: "receipt",
    });
    if (item === "a unicorn") throw new Error("We are out of unicorns");
    return id;
  });
}
