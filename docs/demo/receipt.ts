import { readFileSync } from "node:fs";
import { Attachment, type MailboxInput, Message } from "envoi";
import { amount, type Order, total } from "./order.ts";
import { receiptPdf } from "./receipt-pdf.ts";

/** Who the receipt is from and for. */
export interface ReceiptAddresses {
  readonly from: MailboxInput;
  readonly to: MailboxInput | readonly MailboxInput[];
  /** Gets a copy that the others do not see. */
  readonly bcc?: MailboxInput | undefined;
}

/** A receipt as text and as HTML, with the shop's logo inside the HTML and a PDF attached. */
export function receipt(order: Order, { from, to, bcc }: ReceiptAddresses): Message {
  return Message.create({
    from,
    to,
    bcc,
    subject: `Receipt for order ${order.number} – merci, ${order.customer}! ☕`,
    text: asText(order),
    html: asHtml(order),
    attach: [logo, Attachment.fromBytes(`receipt-${order.number}.pdf`, receiptPdf(order))],
  });
}

// Made once: all receipts share it, and its encoding. The picture is not compiled; it stays in docs/demo.
const picture = new URL("../../../docs/demo/logo.png", import.meta.url);
const logo = Attachment.fromBytes("logo.png", readFileSync(picture)).inline("logo@cafe-creme.example");

function asText(order: Order): string {
  const lines = order.lines.map(
    ({ count, what, price }) => `${count} × ${what.padEnd(16)}${amount(count * price).padStart(8)} EUR`,
  );
  return [
    `Dear ${order.customer},`,
    "",
    "thank you for your order:",
    "",
    ...lines,
    `${"Total".padEnd(20)}${amount(total(order)).padStart(8)} EUR`,
    "",
    "The receipt is attached.",
    "Café Crème",
    "",
  ].join("\n");
}

function asHtml(order: Order): string {
  const cell = 'style="padding: 2px 12px 2px 0"';
  const number = 'style="padding: 2px 0; text-align: right"';
  const rows = order.lines.map(
    ({ count, what, price }) =>
      `<tr><td ${cell}>${count} × ${escaped(what)}</td><td ${number}>${amount(count * price)} EUR</td></tr>`,
  );
  return `<!doctype html>
<html lang="en">
<body style="font-family: sans-serif; color: #3b2416">
<p><img src="cid:${logo.contentId}" alt="Café Crème" width="64" height="64"></p>
<p>Dear ${escaped(order.customer)},</p>
<p>thank you for your order:</p>
<table>
${rows.join("\n")}
<tr><td ${cell}><b>Total</b></td><td ${number}><b>${amount(total(order))} EUR</b></td></tr>
</table>
<p>The receipt is attached.<br>Café Crème</p>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
