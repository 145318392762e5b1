/** What was bought; prices in cents, so that sums are exact. */
export interface Order {
  readonly number: number;
  readonly customer: string;
  readonly lines: readonly OrderLine[];
}

export interface OrderLine {
  readonly count: number;
  readonly what: string;
  readonly price: number;
}

/** The order that the demo sends a receipt for. */
export const order: Order = {
  number: 1042,
  customer: "Zoë Ångström",
  lines: [
    { count: 2, what: "Café crème", price: 320 },
    { count: 1, what: "Crème brûlée", price: 590 },
    { count: 3, what: "Smørrebrød", price: 475 },
  ],
};

export function total({ lines }: Order): number {
  return lines.reduce((sum, { count, price }) => sum + count * price, 0);
}

/** `1234` is `"12.34"`. */
export function amount(cents: number): string {
  return (cents / 100).toFixed(2);
}
