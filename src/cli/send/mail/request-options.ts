import type { DsnNotify, DsnOptions } from "../../../transport/extension-options/dsn-options.ts";
import type { SendOptions } from "../../../transport/send-options.ts";
import { CommandError } from "../../exit-status.ts";
import { shown } from "../../masked.ts";
import type { SendFlags } from "../send-flags.ts";

/** The options of the send that flags ask for. */
export function requestOptions(flags: SendFlags): SendOptions {
  const dsn = dsnOf(flags);
  return { ...(flags.requireTls && { requireTls: true }), ...(dsn !== undefined && { dsn }) };
}

function dsnOf({ dsn, dsnReturn, dsnId }: SendFlags): DsnOptions | undefined {
  if (dsn === undefined && dsnReturn === undefined && dsnId === undefined) return undefined;
  return {
    ...(dsn !== undefined && { notify: occasions(dsn) }),
    ...(dsnReturn !== undefined && { ret: part(dsnReturn) }),
    ...(dsnId !== undefined && { envid: dsnId }),
  };
}

function occasions(list: string): DsnNotify {
  const words = list.split(",").map((word) => word.trim().toUpperCase());
  if (words.length === 1 && words[0] === "NEVER") return "NEVER";
  if (words.every((word) => /^(?:SUCCESS|FAILURE|DELAY)$/.test(word))) return words as DsnNotify;
  throw new CommandError(`--dsn: expected success, failure, delay or never, got ${shown(list)}`);
}

function part(word: string): "FULL" | "HDRS" {
  if (/^full$/i.test(word)) return "FULL";
  if (/^(?:headers|hdrs)$/i.test(word)) return "HDRS";
  throw new CommandError(`--dsn-return: expected full or headers, got ${shown(word)}`);
}
