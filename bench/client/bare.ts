/**
 * The limit: Node's sockets and nothing else. The bytes of the mail are ready, one write has its content and the
 * envelope of the next mail, and only the line ends of replies are counted.
 */
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Course } from "./course.ts";
import { recipient, sender, text } from "./mail.ts";
import { run } from "./run.ts";

const envelope = `MAIL FROM:<${sender}>\r\nRCPT TO:<${recipient}>\r\nDATA\r\n`;
const header = [
  "Date: Sun, 29 Nov 2026 12:00:00 +0000",
  `From: ${sender}`,
  `To: ${recipient}`,
  "Subject: Your order 12345",
  "Message-ID: <0f8fad5b-d9cb-469f-a165-70867728950e@example.com>",
  "MIME-Version: 1.0",
  "Content-Type: text/plain; charset=utf-8",
  "Content-Transfer-Encoding: 7bit",
];
const mail = Buffer.from(`${header.join("\r\n")}\r\n\r\n${text.replaceAll("\n", "\r\n")}.\r\n${envelope}`);

const LF = 0x0a;

/** Sends from now on, and calls `answered` for each mail. */
async function loop(course: Course, answered: () => void): Promise<void> {
  const socket = await open(course);
  let due = 0;
  const say = (octets: Buffer | string, replies: number) => {
    due += replies;
    socket.write(octets);
  };
  await reply(socket);
  socket.write("EHLO bench.example\r\n");
  await reply(socket);
  let underWay = false;
  socket.on("data", (chunk: Buffer) => {
    for (let at = chunk.indexOf(LF); at !== -1; at = chunk.indexOf(LF, at + 1)) due--;
    if (due > 0) return;
    if (underWay) answered();
    underWay = true;
    // Until the content: MAIL, RCPT and DATA.
    say(mail, 4);
  });
  say(envelope, 3);
}

function open({ port, ca }: Course): Promise<Socket> {
  return new Promise((resolve) => {
    const to = { port, host: "127.0.0.1", noDelay: true };
    const socket: Socket =
      ca === undefined
        ? connect(to, () => resolve(socket))
        : connectTls({ ...to, ca: readFileSync(ca), servername: "" }, () => resolve(socket));
  });
}

/** Waits for a reply of one or several lines. */
function reply(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    let heard = "";
    const hear = (chunk: Buffer) => {
      heard += chunk.toString("latin1");
      if (!/^\d{3} [^\n]*\n$/m.test(heard)) return;
      socket.off("data", hear);
      resolve();
    };
    socket.on("data", hear);
  });
}

await run((course) => ({ underWay: course.connections, repeat: (answered) => loop(course, answered) }));
