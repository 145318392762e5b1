import { isIP } from "node:net";
import { Address } from "../../address/address.ts";
import { reasonOf } from "../../errors.ts";
import type { Origin } from "../../verify/spf/spf-origin.ts";
import { CommandError, ExitStatus } from "../exit-status.ts";
import { shown } from "../masked.ts";
import type { VerifyFlags } from "./verify-flags.ts";

/**
 * Where a message came from, as the flags say. Nothing is taken from the message unless a flag asks for it: anybody can
 * write Received fields.
 *
 * @param head the header of the message
 * @throws CommandError if a flag is not valid
 */
export function originOf({ ip, hello, from, received }: VerifyFlags, head: string): Origin | undefined {
  const traced = received === undefined ? undefined : tracedOrigin(head, received);
  const address = ip ?? traced?.ip;
  if (address === undefined) {
    if (hello === undefined && from === undefined) return undefined;
    throw new CommandError(
      "--ip: expected the IP address of the client, got nothing. Without it SPF means nothing",
    );
  }
  if (isIP(address.replace(/%.*$/, "")) === 0)
    throw new CommandError(`--ip: expected an IP address, got ${shown(address)}`);
  const sender = from ?? traced?.from ?? "<>";
  return {
    ip: address,
    hello: hello ?? traced?.hello ?? "",
    from: sender === "<>" || sender === "" ? null : read(sender),
  };
}

function read(sender: string): Address {
  try {
    return Address.parse(sender.replace(/^<(.*)>$/, "$1"));
  } catch (error) {
    throw new CommandError(`--from: ${reasonOf(error)}. For the null sender write "<>"`);
  }
}

/** What a Received field and Return-Path say. @throws CommandError */
function tracedOrigin(head: string, flag: string | true): { ip: string; hello: string; from?: string } {
  const number = flag === true ? 1 : Number(flag);
  if (!Number.isInteger(number) || number < 1)
    throw new CommandError(
      `--received: expected the number of a field, 1 for the topmost, got ${shown(String(flag))}`,
    );
  const fields = head.replace(/\r?\n[ \t]+/g, " ").split(/\r?\n/);
  const field = fields.filter((line) => /^received[ \t]*:/i.test(line))[number - 1];
  const [, hello = "", addresses = ""] = /:\s*from\s+(\S+)([^;]*?)(?=\sby\s|;|$)/i.exec(field ?? "") ?? [];
  const literal = /\[(?:IPv6:)?([\da-f.:]+)\]/i.exec(`${addresses} ${hello}`)?.[1];
  const ip = literal ?? addresses.split(/[\s()]+/).find((word) => isIP(word) !== 0);
  if (ip === undefined || isIP(ip) === 0)
    throw new CommandError(
      `--received: ${field === undefined ? `the message has no Received field of number ${number}` : `Received field ${number} names no IP address of a client`}. Name it with --ip`,
      ExitStatus.data,
    );
  const path = fields.find((line) => /^return-path[ \t]*:/i.test(line));
  const from = /<([^>]*)>/.exec(path ?? "")?.[1];
  return { ip, hello, ...(from !== undefined && { from: from === "" ? "<>" : from }) };
}
