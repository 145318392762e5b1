import { Broken } from "../connection/broken.ts";
import { connectTo } from "../connection/connect.ts";
import { Conversation } from "../connection/conversation.ts";
import { blindContext, type ProbedVersion, tlsVersions } from "../connection/handshake.ts";
import type { ServerFacts } from "./server-facts.ts";
import type { ProbeOptions } from "./server-target.ts";

/** Tries each version of TLS on a connection of its own, and gives the cipher that the server chooses. */
export async function probeVersions(
  facts: ServerFacts,
  helloName: string,
  options: ProbeOptions,
): Promise<ReadonlyMap<ProbedVersion, string | false | undefined>> {
  const tried = tlsVersions.map(
    async (version) => [version, await cipherOf(version, facts, helloName, options)] as const,
  );
  return new Map(await Promise.all(tried));
}

/** The cipher of a version, `false` if the server does not speak it, `undefined` if that cannot be found out. */
async function cipherOf(
  version: ProbedVersion,
  { address = "", target }: ServerFacts,
  helloName: string,
  options: ProbeOptions,
): Promise<string | false | undefined> {
  const { socket: plain } = await connectTo(address, target.port, options.timeout);
  if (plain === undefined) return undefined;
  const conversation = new Conversation(plain, options.timeout);
  try {
    if (target.tls !== "wrapper") {
      if ((await conversation.reply("greeting")).reply.code !== 220) return undefined;
      await conversation.ask(`EHLO ${helloName}`, "hello");
      if ((await conversation.ask("STARTTLS", "starttls")).reply.code !== 220) return undefined;
    }
    const socket = await conversation.secure({ name: target.name, context: blindContext(version) });
    return socket.getCipher()?.standardName ?? "";
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    // Some servers close the connection instead of sending an alert.
    return error.facts.step === "tls" && error.facts.problem !== "timeout" ? false : undefined;
  } finally {
    conversation.close();
  }
}
