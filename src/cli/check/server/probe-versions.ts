import { Broken } from "../connection/broken.ts";
import { connectTo } from "../connection/connect.ts";
import { Conversation } from "../connection/conversation.ts";
import { blindContext, type ProbedVersion, tlsVersions } from "../connection/handshake.ts";
import type { ServerFacts } from "./server-facts.ts";
import type { ProbeOptions } from "./server-target.ts";

/** Tries each version of TLS on a connection of its own. */
export async function probeVersions(
  facts: ServerFacts,
  helloName: string,
  options: ProbeOptions,
): Promise<ReadonlyMap<ProbedVersion, boolean | undefined>> {
  const tried = tlsVersions.map(
    async (version) => [version, await speaks(version, facts, helloName, options)] as const,
  );
  return new Map(await Promise.all(tried));
}

/** Whether the server speaks a version; `undefined` if that cannot be found out. */
async function speaks(
  version: ProbedVersion,
  { address = "", target }: ServerFacts,
  helloName: string,
  options: ProbeOptions,
): Promise<boolean | undefined> {
  const { socket } = await connectTo(address, target.port, options.timeout);
  if (socket === undefined) return undefined;
  const conversation = new Conversation(socket, options.timeout);
  try {
    if (target.tls !== "wrapper") {
      if ((await conversation.reply("greeting")).reply.code !== 220) return undefined;
      await conversation.ask(`EHLO ${helloName}`, "hello");
      if ((await conversation.ask("STARTTLS", "starttls")).reply.code !== 220) return undefined;
    }
    await conversation.secure({ name: target.name, context: blindContext(version) });
    return true;
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    // Some servers close the connection instead of sending an alert.
    return error.facts.step === "tls" && error.facts.problem !== "timeout" ? false : undefined;
  } finally {
    conversation.close();
  }
}
