import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { EnvoiError } from "../../errors.ts";
import type { Suppression } from "../../outbox/suppressions/suppression.ts";
import type {
  SuppressionItem,
  SuppressionOptions,
  Suppressions,
} from "../../outbox/suppressions/suppressions.ts";
import type { CommandHost } from "../command-host.ts";
import { CommandError, ExitStatus } from "../exit-status.ts";
import { unreadable } from "../input-file.ts";
import { jsonLine } from "../json-text.ts";
import { shown } from "../masked.ts";
import { printable } from "../printable.ts";
import { textLines } from "../text-lines.ts";
import type { OutboxFlags } from "./outbox-flags.ts";

/** What to do with the addresses that get no mail. @throws CommandError about the words and flags. */
export function suppressionAction(
  [what = "list", ...args]: readonly string[],
  flags: OutboxFlags,
  { terminal, finish }: CommandHost,
): (suppressions: Suppressions) => Promise<void> {
  const { tenant } = flags;
  const options = optionsOf(flags);
  const [first, ...more] = args;
  switch (what) {
    case "list":
      return async (suppressions) => {
        for await (const each of suppressions.list({ tenant, reason: options.reason }))
          terminal.output.write(`${flags.json === true ? jsonLine(each) : suppressionLine(each)}\n`);
      };
    case "add":
      if (first === undefined) throw new CommandError("suppressions add: expected an address, got none");
      return async (suppressions) => {
        await taking(ExitStatus.usage, () => suppressions.import(args, options));
        terminal.errors.write(`${args.join(", ")}: no mail from now on\n`);
      };
    case "remove":
      return async (suppressions) => {
        for (const address of args) {
          const there = await taking(ExitStatus.usage, () => suppressions.remove(address, { tenant }));
          terminal.errors.write(there ? `${address}: gets mail again\n` : `${address} was not suppressed\n`);
          if (!there) finish(ExitStatus.findings);
        }
      };
    case "import":
      if (first === undefined || more.length > 0)
        throw new CommandError(`suppressions import: expected one file, got ${args.length}`);
      return async (suppressions) => {
        const source = first === "-" ? terminal.input : createReadStream(first);
        const { imported } = await taking(ExitStatus.data, () =>
          suppressions.import(itemsOf(source, first), options),
        );
        terminal.errors.write(`${imported} addresses read\n`);
      };
    default:
      throw new CommandError(
        `suppressions: expected list, add, remove or import, got ${shown(what)}. ` +
          "To add an address, write: suppressions add",
      );
  }
}

function suppressionLine({ address, reason, expires, tenant, detail = "" }: Suppression): string {
  const until = expires === undefined ? "for good" : `until ${expires.toISOString().slice(0, 10)}`;
  const scope = tenant === "" ? "all tenants" : `tenant ${tenant}`;
  return printable([address, reason, until, scope, detail].join("  ")).trimEnd();
}

/** An address that is not valid is wrong usage among the arguments, and wrong data in a file. */
async function taking<T>(status: ExitStatus, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!EnvoiError.is(error) || error.kind === "connection") throw error;
    throw new CommandError(error.message, status, { cause: error });
  }
}

function optionsOf(flags: OutboxFlags): SuppressionOptions {
  const { tenant, days, reason } = flags;
  if (days !== undefined && !/^\d{1,5}$/.test(days))
    throw new CommandError(`--days: expected a whole number, got ${shown(days)}`);
  const expires = days === undefined ? undefined : new Date(Date.now() + Number(days) * 86_400_000);
  return { tenant, reason, expires };
}

/** A line is an address or an object; empty lines, and those that begin with #, are skipped. */
async function* itemsOf(source: Readable, name: string): AsyncGenerator<SuppressionItem> {
  let number = 0;
  try {
    for await (const line of textLines(source)) {
      number++;
      const text = line.replace(/^\ufeff/, "").trim();
      if (text === "" || text.startsWith("#")) continue;
      yield text.startsWith("{") ? itemIn(text, number) : text;
    }
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw unreadable("suppressions import", name, error, "data");
  }
}

function itemIn(text: string, line: number): SuppressionItem {
  try {
    const { expires, ...item } = JSON.parse(text);
    return expires === undefined ? item : { ...item, expires: new Date(expires) };
  } catch {
    throw new CommandError(`line ${line}: expected an address or an object as JSON`, ExitStatus.data);
  }
}
