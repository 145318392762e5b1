/**
 * The limit for a server in JavaScript: sockets of node:net and node:tls, and canned replies. It checks nothing and
 * stores nothing.
 */
import { createServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { listening } from "./listening.ts";

const { port, tlsPort, certificates } = listening;
createTlsServer({ ...certificates, noDelay: true }, converse).listen(tlsPort, "127.0.0.1");
createServer({ noDelay: true }, converse).listen(port, "127.0.0.1");

function converse(socket: Socket): void {
  let inContent = false;
  /** An unfinished line, or the content that may belong to its end. */
  let rest = "";
  socket.setEncoding("latin1");
  socket.on("error", () => {});
  socket.on("data", (text: string) => {
    rest += text;
    let replies = "";
    for (;;) {
      const end = inContent ? "\r\n.\r\n" : "\r\n";
      const at = rest.indexOf(end);
      if (at === -1) break;
      replies += inContent ? "250 Message accepted\r\n" : answer(rest.charAt(0));
      // The line end of DATA may be the one before the dot.
      inContent = !inContent && rest.charAt(0) === "D";
      rest = rest.slice(inContent ? at : at + end.length);
    }
    if (inContent) rest = rest.slice(-4);
    if (replies !== "") socket.write(replies);
  });
  socket.write("220 bare.example ESMTP\r\n");
}

function answer(initial: string): string {
  switch (initial) {
    case "E":
      return "250-bare.example\r\n250 PIPELINING\r\n";
    case "D":
      return "354 Go on\r\n";
    case "Q":
      return "221 Bye\r\n";
    default:
      return "250 OK\r\n";
  }
}
