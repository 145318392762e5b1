import { createConnection, isIP } from "node:net";
import { isLoopback } from "../../../net/client/loopback.ts";
import { parseEhlo } from "../../../protocol/extensions.ts";
import type { Reply } from "../../../protocol/reply.ts";
import { helloName } from "../../../transport/smtp/session/hello-name.ts";
import type { Dns } from "../../dns/dns.ts";
import { within } from "../../within.ts";
import { Broken } from "../connection/broken.ts";
import { type ConnectFacts, connectTo } from "../connection/connect.ts";
import { Conversation } from "../connection/conversation.ts";
import { blindContext, tolerantContext } from "../connection/handshake.ts";
import { startTls, tlsFactsOf } from "./probe-encryption.ts";
import { probeInjection } from "./probe-injection.ts";
import { tryLogin } from "./probe-login.ts";
import { tryTransaction } from "./probe-transaction.ts";
import { probeVersions } from "./probe-versions.ts";
import type { Draft, HelloFacts, ServerFacts } from "./server-facts.ts";
import type { ProbeOptions, ServerTarget } from "./server-target.ts";

/** The most addresses of a host that are tried. */
const MOST_ADDRESSES = 8;
/** After how many milliseconds without a greeting it is asked whether the server waits for TLS. */
const IMPATIENCE = 2_000;
/** The ports that a mail server usually has. */
const USUAL_PORTS: readonly number[] = [25, 465, 587];

/** Connects to a server as a client would, and gathers what there is to know. Never throws because of the server. */
export async function probeServer(
  target: ServerTarget,
  dns: Dns,
  options: ProbeOptions,
): Promise<ServerFacts> {
  const { host, port } = target;
  const lookup = await dns.addresses(host);
  const facts: Draft = { target, lookup, addresses: [], otherPorts: [], loopback: false };
  if (lookup.outcome !== "found") {
    facts.danglingAlias = await danglingAlias(dns, host);
    return facts;
  }
  const records = lookup.records.slice(0, MOST_ADDRESSES);
  const [first = host] = records;
  const others = Promise.all(
    USUAL_PORTS.filter((other) => other !== port).map((other) => otherPort(first, other, options.timeout)),
  );
  const attempts = await Promise.all(records.map((address) => connectTo(address, port, options.timeout)));
  facts.addresses = attempts.map((attempt) => attempt.facts);
  const [used, ...rest] = attempts.filter(({ socket }) => socket !== undefined);
  for (const { socket } of rest) socket?.destroy();
  if (used?.socket !== undefined) {
    facts.address = used.facts.address;
    facts.loopback = isLoopback(used.socket.remoteAddress);
    const local = { localAddress: used.socket.localAddress, loopback: facts.loopback };
    const name = helloName(target.helloName, local);
    await converse(facts, new Conversation(used.socket, options.timeout), name, options);
    if (facts.tls !== undefined)
      [facts.versions, facts.takesInjected] = await Promise.all([
        probeVersions(facts, name, options),
        probeInjection(facts, name, options),
      ]);
  }
  facts.otherPorts = await others;
  return facts;
}

/** The name that a host is an alias of, if that name has no addresses. */
export async function danglingAlias(dns: Dns, host: string): Promise<string | undefined> {
  if (isIP(host) !== 0) return undefined;
  const answer = await dns.resolver.resolve(host.toLowerCase(), "CNAME");
  return answer.outcome === "found" ? String(answer.records[0]) : undefined;
}

async function otherPort(
  address: string,
  port: number,
  timeout: number,
): Promise<ConnectFacts & { readonly port: number }> {
  const { facts, socket } = await connectTo(address, port, Math.min(timeout, 5_000));
  socket?.destroy();
  return { ...facts, port };
}

async function converse(
  facts: Draft,
  first: Conversation,
  name: string,
  options: ProbeOptions,
): Promise<void> {
  const { target } = facts;
  let conversation = first;
  const context = tolerantContext(options.authorities);
  try {
    if (target.tls === "wrapper")
      facts.tls = tlsFactsOf(await conversation.secure({ name: target.name, context }), target.name);
    await greet(facts, conversation, options);
    if (facts.greeting?.code !== 220) return;
    facts.hello = await sayHello(conversation, name);
    if (target.tls !== "wrapper") facts.clearHello = facts.hello;
    if (facts.hello.reply.permanent) facts.helo = (await conversation.ask(`HELO ${name}`, "hello")).reply;
    if (facts.hello.reply.code !== 250) return;
    if (target.tls === "none" && facts.hello.capabilities.extensions.STARTTLS)
      facts.clearMail = await tryMailInClear(conversation);
    if (target.tls !== "wrapper") {
      try {
        await startTls(facts, conversation, context);
      } catch (error) {
        // Some servers end the connection at a command that they do not offer. Clients do not send it.
        if (
          !(error instanceof Broken) ||
          error.facts.step !== "starttls" ||
          facts.hello.capabilities.extensions.STARTTLS
        )
          throw error;
        facts.startTls = { offered: false, injected: false };
        conversation.close();
        conversation = await again(facts, name, options);
      }
      if (facts.tls !== undefined) facts.hello = await sayHello(conversation, name);
      else if (facts.startTls?.injected || facts.startTls?.reply?.code === 220 || target.tls === "required")
        return;
    }
    if (facts.hello.reply.code !== 250) return;
    if (target.login !== undefined) facts.login = await tryLogin(facts, conversation);
    await tryTransaction(facts, conversation, options);
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    facts.broken = error.facts;
    if (error.facts.step === "tls" && target.tls === "wrapper")
      facts.speaksPlain = await plainGreeting(facts.address ?? "", target.port, options);
  } finally {
    conversation.close();
  }
}

/** Another conversation, as far as EHLO. @throws Broken */
async function again(
  { address = "", target }: Draft,
  name: string,
  { timeout }: ProbeOptions,
): Promise<Conversation> {
  const { socket } = await connectTo(address, target.port, timeout);
  if (socket === undefined) throw new Broken({ step: "starttls", problem: "closed", octets: "" });
  const conversation = new Conversation(socket, timeout);
  try {
    await conversation.reply("greeting");
    await sayHello(conversation, name);
    return conversation;
  } catch (error) {
    conversation.close();
    throw error;
  }
}

/** Waits for the greeting. A server that says nothing may wait for TLS. */
async function greet(facts: Draft, conversation: Conversation, options: ProbeOptions): Promise<void> {
  const greeting = conversation.reply("greeting");
  greeting.catch(() => {});
  const early = await within(greeting, IMPATIENCE);
  if (early === undefined && facts.target.tls !== "wrapper")
    facts.speaksTls = await speaksTls(facts, options);
  if (facts.speaksTls) throw new Broken({ step: "greeting", problem: "timeout", octets: "" });
  const { reply, ms } = early ?? (await greeting);
  facts.greeting = reply;
  facts.greetingMs = ms;
}

async function speaksTls({ address = "", target }: Draft, options: ProbeOptions): Promise<boolean> {
  const { socket } = await connectTo(address, target.port, options.timeout);
  if (socket === undefined) return false;
  const conversation = new Conversation(socket, Math.min(options.timeout, 5_000));
  try {
    await conversation.secure({ name: target.name, context: blindContext() });
    return true;
  } catch (error) {
    // A server that knows enough of TLS to refuse the handshake speaks it.
    return error instanceof Broken && /ALERT|UNSUPPORTED|SHARED/.test(error.facts.code ?? "");
  } finally {
    conversation.close();
  }
}

/** What a server says in plaintext without being asked, as Latin-1. */
function plainGreeting(address: string, port: number, { timeout }: ProbeOptions): Promise<string> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: address, port });
    const told = (octets: string): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(octets);
    };
    const timer = setTimeout(() => told(""), Math.min(timeout, 3_000));
    socket.once("data", (chunk: Buffer) => told(chunk.toString("latin1", 0, 300)));
    socket.on("error", () => told("")).once("close", () => told(""));
  });
}

/** What a client gets that never begins TLS. @throws Broken */
async function tryMailInClear(conversation: Conversation): Promise<Reply> {
  const { reply } = await conversation.ask("MAIL FROM:<>", "mail");
  if (reply.positive) await conversation.ask("RSET", "reset");
  return reply;
}

/** @throws Broken */
async function sayHello(conversation: Conversation, name: string): Promise<HelloFacts> {
  const { reply, ms } = await conversation.ask(`EHLO ${name}`, "hello");
  return { reply, ms, capabilities: parseEhlo(reply.code === 250 ? reply.lines : []) };
}
