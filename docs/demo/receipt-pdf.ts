import { amount, type Order, total } from "./order.ts";

/** The receipt as a PDF of one page, written by hand: enough for a till receipt, and nothing to install. */
export function receiptPdf(order: Order): Buffer {
  const page = pageContent(order);
  return pdf([
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${WIDTH} ${HEIGHT}] /Contents 6 0 R
   /Resources << /Font << /Regular 4 0 R /Bold 5 0 R >> >> >>`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
    "<< /Type /Font /Subtype /Type1 /BaseFont /Courier-Bold /Encoding /WinAnsiEncoding >>",
    `<< /Length ${page.length} >>\nstream\n${page}\nendstream`,
  ]);
}

/** In points, 72 to an inch. */
const WIDTH = 288;
const HEIGHT = 288;
const MARGIN = 36;
/** Characters to a line: Courier at 10 points is 6 points wide. */
const COLUMNS = (WIDTH - 2 * MARGIN) / 6;

function pageContent(order: Order): string {
  const rows = order.lines.map(({ count, what, price }) =>
    spread(`${count} x ${what}`, amount(count * price)),
  );
  const lines = [
    text("Bold", "Café Crème"),
    text("Regular", `Receipt for order ${order.number}`),
    text("Regular", order.customer),
    text("Regular", ""),
    ...rows.map((row) => text("Regular", row)),
    text("Regular", "-".repeat(COLUMNS)),
    text("Bold", spread("Total, EUR", amount(total(order)))),
    text("Regular", ""),
    text("Regular", "Paid, with thanks."),
  ];
  return `BT\n18 TL\n1 0 0 1 ${MARGIN} ${HEIGHT - MARGIN - 10} Tm\n${lines.join("\n")}\nET`;
}

function spread(left: string, right: string): string {
  return left.padEnd(COLUMNS - right.length) + right;
}

/** Shows a line of text, and goes to the next. */
function text(font: "Regular" | "Bold", line: string): string {
  return `/${font} 10 Tf (${line.replace(/[()\\]/g, "\\$&")}) Tj T*`;
}

/** A file of numbered objects, with the table that tells at which octet each begins (ISO 32000-1 7.5). */
function pdf(objects: readonly string[]): Buffer {
  // Octets above 127 tell programs that the file is not text.
  let file = "%PDF-1.4\n%âãÏÓ\n";
  let table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  for (const [index, object] of objects.entries()) {
    table += `${String(file.length).padStart(10, "0")} 00000 n \n`;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
  }
  const trailer = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${file.length}\n%%EOF\n`;
  // Latin-1, one octet to a character: so the lengths above are right, and WinAnsiEncoding reads it.
  return Buffer.from(file + table + trailer, "latin1");
}
