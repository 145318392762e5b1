/**
 * `npm run demo`: one order receipt, sent with each of the four Tls modes to servers that start here, and four mails
 * that must not be sent. With arguments the receipt goes to a real relay: `npm run demo -- --help`.
 */
import { deliveries } from "./deliveries.ts";
import { refusals } from "./refusals.ts";
import { sendToRelay } from "./relay.ts";
import { startServers } from "./servers.ts";
import { field, heading, verdict } from "./terminal.ts";

const args = process.argv.slice(2);
process.exitCode = args.length > 0 ? await sendToRelay(args) : await showAll();

async function showAll(): Promise<number> {
  heading("An order receipt, four ways to send it, and four that must fail");
  await using servers = await startServers();
  const sent = await deliveries(servers);
  const refused = await refusals(servers);
  const good = sent && refused;
  heading("And so");
  verdict(good, good ? "everything went as it should" : "something did not go as it should: see ✗ above");
  heading("To see the receipt in a browser");
  field("catch", "node dist/esm/cli.js catch");
  field("send", [
    "npm run demo -- --host localhost --port 1025 --tls none --from shop@a.test --to jo@b.test",
  ]);
  field("look", "http://localhost:8025");
  return good ? 0 : 1;
}
