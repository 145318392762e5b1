import { Broken } from "../connection/broken.ts";
import { connectTo } from "../connection/connect.ts";
import { Conversation } from "../connection/conversation.ts";
import { blindContext } from "../connection/handshake.ts";
import type { ServerFacts } from "./server-facts.ts";
import type { ProbeOptions } from "./server-target.ts";

/** For how many milliseconds a reply is waited for that should not come. */
const PATIENCE = 1_000;

/**
 * Sends a command in plaintext together with STARTTLS, on a connection of its own, and sees whether the server carries
 * it out after the handshake (CVE-2011-0411): then somebody on the way can put commands into an encrypted connection.
 *
 * @returns `undefined` if it cannot be found out
 */
export async function probeInjection(
  { address = "", target }: ServerFacts,
  helloName: string,
  options: ProbeOptions,
): Promise<boolean | undefined> {
  if (target.tls === "wrapper") return undefined;
  const { socket } = await connectTo(address, target.port, options.timeout);
  if (socket === undefined) return undefined;
  const conversation = new Conversation(socket, options.timeout);
  try {
    await conversation.reply("greeting");
    await conversation.ask(`EHLO ${helloName}`, "hello");
    const { reply } = await conversation.ask("STARTTLS\r\nNOOP", "starttls");
    // A server that answers NOOP before the handshake carries out nothing after it.
    if (reply.code !== 220 || conversation.surplus) return undefined;
    await conversation.secure({ name: target.name, context: blindContext() });
    const unasked = await conversation.reply("hello", PATIENCE);
    return unasked.reply.code === 250;
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    // Silence is as it should be, and so is a server that ends the connection.
    return error.facts.step === "hello" ? false : undefined;
  } finally {
    conversation.close();
  }
}
