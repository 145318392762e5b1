/**
 * A crowd of slow clients, `PORT COUNT` on its command line: a third sends nothing after EHLO, a third sends a command
 * octet by octet, one per second, and a third a message. Prints a line when all are connected, and continues until it
 * is killed.
 */
import { once } from "node:events";
import process from "node:process";
import { idle } from "./idle.ts";

const [port = 0, count = 0] = process.argv.slice(2).map(Number);
const crowd = await idle(port, false, count);
let number = 0;
for (const socket of crowd) {
  // The server may close the connection.
  socket.on("error", () => {}).resume();
  const kind = number++ % 3;
  if (kind === 0) continue;
  if (kind === 1) {
    socket.write("MAIL FROM:<loris@example.com>\r\nRCPT TO:<jane@example.net>\r\nDATA\r\n");
    await once(socket, "data");
  }
  const delay = (number / count) * 1000;
  setTimeout(() => setInterval(() => socket.write("x"), 1000), delay);
}
process.stdout.write("ready\n");
