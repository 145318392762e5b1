/**
 * Content as fast as a server reads it: `PORT SHAPE SECONDS` on its command line, messages of up to 32 MiB until the
 * time is over. Prints how many octets were sent in how long, from the first of the content to the last reply; a server
 * that refuses the content has taken none.
 */
import { once } from "node:events";
import { connect } from "node:net";
import process from "node:process";
import type { Cost } from "../report/cost.ts";
import { shapes } from "./shapes.ts";

const messageSize = 33_554_432;

const [port, name = "", seconds] = process.argv.slice(2);
const shape = shapes[name];
if (shape === undefined) throw new Error(`There is no shape ${name}`);
const { block, end, chunks } = shape;

const socket = connect({ port: Number(port), host: "127.0.0.1", noDelay: true });
socket.on("close", () => wake());
let heard = "";
let wake = (): void => {};
socket.setEncoding("latin1").on("data", (text: string) => {
  heard += text;
  wake();
});

await replies(1);
await say("EHLO bench.example\r\n");
let count = 0;
let refused = false;
const begun = performance.now();
while (!refused && performance.now() - begun < Number(seconds) * 1000) {
  await say("MAIL FROM:<jo@example.com>\r\n");
  await say("RCPT TO:<jane@example.net>\r\n");
  refused = !(await message());
}
const taken = (performance.now() - begun) / 1000;
socket.destroy();
const { user, system } = process.cpuUsage();
const cost: Cost = { count: refused ? 0 : count, seconds: taken, cpuSeconds: (user + system) / 1e6 };
process.stdout.write(JSON.stringify(cost));

/** Sends one message. Returns whether it was accepted. */
async function message(): Promise<boolean> {
  if (!chunks) await say("DATA\r\n");
  let blocks = 0;
  do {
    if (chunks) socket.write(`BDAT ${block.length}\r\n`);
    if (!socket.write(block)) await once(socket, "drain");
    count += block.length;
    blocks++;
  } while (blocks * block.length < messageSize && performance.now() - begun < Number(seconds) * 1000);
  socket.write(chunks ? "BDAT 0 LAST\r\n" : end);
  const last = await replies(chunks ? blocks + 1 : 1);
  return last.startsWith("2");
}

async function say(command: string): Promise<void> {
  socket.write(command);
  const reply = await replies(1);
  if (!/^[23]/.test(reply)) throw new Error(`${command.trim()}: ${reply}`);
}

/** Waits for `wanted` replies. Returns the last line. */
async function replies(wanted: number): Promise<string> {
  for (;;) {
    const last = [...heard.matchAll(/^\d\d\d .*\r\n/gm)];
    const found = last[wanted - 1];
    if (found !== undefined) {
      heard = heard.slice(found.index + found[0].length);
      return found[0];
    }
    if (socket.destroyed) throw new Error(`closed: ${heard}`);
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}
