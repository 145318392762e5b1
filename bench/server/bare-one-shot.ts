/**
 * A server of nothing but `node:net`, which answers one-shot clients without understanding them: `PORT HEADER`, where
 * HEADER is `proxy` if it must wait for a PROXY header, or `none`. It shows what Node takes to read once more.
 */
import { createServer } from "node:net";
import process from "node:process";

const [port, header] = process.argv.slice(2);

const replies: readonly string[] = [
  "220 bare\r\n",
  "250-bare\r\n250 LIMITS\r\n",
  "250 2.1.0 ok\r\n250 2.1.5 ok\r\n354 go\r\n",
  "250 2.6.0 ok\r\n221 bye\r\n",
];

createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  let step = 0;
  const answer = (): void => {
    const reply = replies[step++] ?? "";
    if (step < replies.length) socket.write(reply);
    else socket.end(reply);
  };
  if (header !== "proxy") answer();
  socket.on("data", answer);
  socket.on("error", () => {});
}).listen(Number(port), "127.0.0.1");
