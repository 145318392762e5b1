import { Address } from "../../../address/address.ts";
import { formatCommand } from "../../../protocol/command.ts";
import type { Reply } from "../../../protocol/reply.ts";
import { Broken } from "../connection/broken.ts";
import type { Conversation } from "../connection/conversation.ts";
import type { Draft, TransactionFacts } from "./server-facts.ts";
import type { ProbeOptions } from "./server-target.ts";

/**
 * MAIL, RCPT and RSET: first one by one, then as one group if the server offers PIPELINING (RFC 2920). Content is
 * never sent.
 *
 * @throws Broken
 */
export async function tryTransaction(
  facts: Draft,
  conversation: Conversation,
  options: ProbeOptions,
): Promise<void> {
  const { login, target } = facts;
  const ownAddress = login?.reply?.code === 235 && target.login?.user.includes("@") ? target.login.user : "";
  const from = options.from ?? ownAddress;
  const to = options.to ?? options.postmaster ?? "postmaster";
  const mail = formatCommand({
    verb: "MAIL",
    from: from === "" ? null : Address.parse(from),
    parameters: {},
  });
  const rcpt = formatCommand({
    verb: "RCPT",
    to: to === "postmaster" ? to : Address.parse(to),
    parameters: {},
  });
  const times: number[] = [facts.hello?.ms ?? Number.POSITIVE_INFINITY];
  const ask = async (command: string, step: "mail" | "rcpt" | "reset"): Promise<Reply> => {
    const { reply, ms } = await conversation.ask(command.trimEnd(), step);
    times.push(ms);
    return reply;
  };
  const first = await ask(mail, "mail");
  const transaction: { -readonly [N in keyof TransactionFacts]: TransactionFacts[N] } = {
    from,
    to,
    mail: first,
  };
  facts.transaction = transaction;
  try {
    if (first.code === 421) return;
    if (first.positive) transaction.rcpt = await ask(rcpt, "rcpt");
    if (transaction.rcpt?.code === 421) return;
    transaction.reset = await ask("RSET", "reset");
  } finally {
    facts.roundTrip = Math.min(...times);
  }
  if (facts.hello?.capabilities.extensions.PIPELINING !== true) return;
  conversation.say(`${mail}${rcpt}RSET\r\n`);
  const patience = Math.min(options.timeout, Math.max(3_000, 10 * Math.max(...times.slice(1))));
  transaction.group = await repliesTo(conversation, 3, patience);
}

/** As many replies as come, up to a number. */
async function repliesTo(conversation: Conversation, count: number, patience: number): Promise<Reply[]> {
  const replies: Reply[] = [];
  try {
    while (replies.length < count) replies.push((await conversation.reply("pipelining", patience)).reply);
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
  }
  return replies;
}
