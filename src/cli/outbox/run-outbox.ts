import { isMailId } from "../../outbox/mail-id.ts";
import { Outbox } from "../../outbox/outbox.ts";
import type { OutboxMail } from "../../outbox/outbox-mail.ts";
import type { CommandHost } from "../command-host.ts";
import { CommandError, ExitStatus } from "../exit-status.ts";
import { jsonLine } from "../json-text.ts";
import { shown } from "../masked.ts";
import { refusePassword } from "../send/relay/relay-url.ts";
import type { Terminal } from "../terminal.ts";
import type { OutboxAction, OutboxFlags } from "./outbox-flags.ts";
import { mailLine, mailText, statusText } from "./outbox-text.ts";
import { suppressionAction } from "./run-suppressions.ts";

/** Runs one action on an outbox. @throws CommandError or EnvoiError. */
export async function runOutbox(
  action: OutboxAction,
  args: readonly string[],
  flags: OutboxFlags,
  host: CommandHost,
): Promise<void> {
  checkArguments(action, args);
  const limit = count(flags.limit, "--limit") ?? 100;
  const change = action === "suppressions" ? suppressionAction(args, flags, host) : undefined;
  await using outbox = await Outbox.open({
    database: databaseOf(flags, host.terminal.environment),
    schema: flags.schema,
    migrate: false,
  });
  if (action === "suppressions") await change?.(outbox.suppressions);
  else await actions[action](outbox, args, { ...flags, limit }, host);
}

const expected: Readonly<Record<OutboxAction, readonly string[] | undefined>> = {
  status: [],
  list: [],
  show: ["<id>"],
  resend: ["<id>"],
  settle: ["<id>", "<sent|not-sent>"],
  cancel: ["<id>"],
  suppressions: undefined,
};

/** Before the database is opened. */
function checkArguments(action: OutboxAction, args: readonly string[]): void {
  const wanted = expected[action];
  if (wanted === undefined) return;
  if (args.length !== wanted.length) {
    const words = ["envoi outbox", action, ...wanted].join(" ");
    throw new CommandError(`expected ${words}, got ${args.length} arguments after ${action}`);
  }
  const [id, outcome] = args;
  if (id !== undefined && !isMailId(id))
    throw new CommandError(`expected the id of a mail, a number, got ${shown(id)}`);
  if (outcome !== undefined && outcome !== "sent" && outcome !== "not-sent")
    throw new CommandError(`settle: expected sent or not-sent, got ${shown(outcome)}`);
}

type Action = (
  outbox: Outbox,
  args: readonly string[],
  flags: Omit<OutboxFlags, "limit"> & { readonly limit: number },
  host: CommandHost,
) => Promise<void>;

const actions: Readonly<Record<Exclude<OutboxAction, "suppressions">, Action>> = {
  async status(outbox, _, { json = false }, { terminal }) {
    const status = await outbox.status();
    terminal.output.write(json ? `${jsonLine(status)}\n` : statusText(status, Date.now()));
  },
  async list(outbox, _, flags, { terminal }) {
    const { limit, state, tenant, tag, key, to: recipient } = flags;
    let listed = 0;
    for await (const mail of outbox.list({ state, tenant, tag, key, recipient })) {
      if (limit > 0 && listed++ >= limit) {
        terminal.errors.write(`There are more than ${limit}: --limit 0 lists all.\n`);
        return;
      }
      terminal.output.write(flags.json === true ? `${jsonLine(mail)}\n` : `${mailLine(mail)}\n`);
    }
  },
  async show(outbox, [id = ""], { json = false }, { terminal }) {
    const mail = await found(outbox, id);
    terminal.output.write(json ? `${jsonLine(mail)}\n` : mailText(mail));
  },
  async resend(outbox, [id = ""], { to }, host) {
    const mail = await found(outbox, id);
    const done = await outbox.resend(id, to === undefined ? {} : { recipients: [to] });
    said(host, done, `mail ${id} will be sent again`, `mail ${id} is ${mail.state}: nothing to send again`);
  },
  async settle(outbox, [id = "", outcome = ""], _, host) {
    const mail = await found(outbox, id);
    const done = await outbox.settle(id, outcome === "sent" ? "sent" : "not-sent");
    said(host, done, `mail ${id} counts as ${outcome}`, `mail ${id} is ${mail.state}, not unknown`);
  },
  async cancel(outbox, [id = ""], _, host) {
    const mail = await found(outbox, id);
    said(
      host,
      await outbox.cancel(id),
      `mail ${id} is cancelled`,
      `mail ${id} is ${mail.state}, not waiting`,
    );
  },
};

async function found(outbox: Outbox, id: string): Promise<OutboxMail> {
  const mail = await outbox.find(id);
  if (mail === undefined) throw new CommandError(`there is no mail ${id} in this outbox`, ExitStatus.noInput);
  return mail;
}

function said({ terminal, finish }: CommandHost, done: boolean, success: string, failure: string): void {
  terminal.errors.write(`${done ? success : failure}\n`);
  if (!done) finish(ExitStatus.findings);
}

/** The database of the flags, else that of the environment. */
function databaseOf(
  { database, folder }: OutboxFlags,
  environment: Terminal["environment"],
): string | { readonly folder: string } {
  if (folder !== undefined && database !== undefined)
    throw new CommandError("--folder: expected either --database or --folder, got both");
  if (folder !== undefined) return { folder };
  if (database !== undefined) refusePassword(database, "--database", "Put the whole URL into ENVOI_DATABASE");
  const url = database ?? environment["ENVOI_DATABASE"] ?? environment["DATABASE_URL"];
  if (url === undefined || url === "")
    throw new CommandError(
      "--database: expected the URL of a database, got none. ENVOI_DATABASE may have it, too",
    );
  return url;
}

/** A whole number of a flag. @throws CommandError if it is none. */
function count(text: string | undefined, flag: string): number | undefined {
  if (text === undefined || /^\d{1,9}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new CommandError(`${flag}: expected a whole number, got ${shown(text)}`);
}
