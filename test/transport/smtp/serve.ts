import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { SmtpTransport, Tls } from "envoi";
import type { SmtpTransportBuilder } from "#src/transport/smtp/smtp-transport.js";
import type { Peer, ScriptedServer } from "../../net/scripted-server.js";

/** What to do instead of what is usual: a reply, or an action that replies or does not. */
export type Otherwise = Readonly<Record<string, string | ((line: string) => void | Promise<void>)>>;

/**
 * Serves mail as servers do, but for what `otherwise` says: its keys are verbs, `greeting`, and `.` for the end of
 * content. Returns the contents it has answered when the client has said QUIT or gone.
 */
export async function serve(peer: Peer, otherwise: Otherwise = {}, offers = ["PIPELINING"]): Promise<void> {
  const answer = async (what: string, line: string, ...usual: string[]) => {
    const other = otherwise[what];
    if (other === undefined) peer.say(...usual);
    else if (typeof other === "string") peer.say(other);
    else await other(line);
  };
  const ehlo = ["scripted.test", ...offers].map((line, i) => `250${i < offers.length ? "-" : " "}${line}`);
  await answer("greeting", "", "220 scripted.test");
  for (;;) {
    const line = await peer.hear();
    const verb = line.split(" ", 1)[0] ?? "";
    if (verb === "EHLO") await answer("EHLO", line, ...ehlo);
    else if (verb === "QUIT") return answer("QUIT", line, "221 bye");
    else if (verb === "DATA") {
      await answer("DATA", line, "354 go");
      if (otherwise["DATA"] === undefined) {
        const content = await peer.hearContent();
        await answer(".", content, "250 2.0.0 queued");
      }
    } else await answer(verb, line, "250 ok");
  }
}

/** A builder of transports to a scripted server, in clear. */
export function clearTo(server: ScriptedServer): SmtpTransportBuilder {
  return SmtpTransport.builder("127.0.0.1").port(server.port).tls(Tls.None);
}

/** A small mail. */
export const mail = { from: "a@x.test", to: "b@y.test", subject: "hi", text: "hello" };

/** The lines that a client said. */
export function said(peer: Peer | undefined): string[] {
  return (peer?.received.toString("latin1") ?? "").split("\r\n");
}

/** Waits, turn by turn of the event loop, until something holds that nothing announces. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turnOfTheLoop();
}
