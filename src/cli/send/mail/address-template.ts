import { AddressError } from "../../../address/address-error.ts";
import { Mailbox } from "../../../address/mailbox.ts";
import { Mailboxes } from "../../../address/mailboxes.ts";
import { CommandError, ExitStatus } from "../../exit-status.ts";
import { RowProblem } from "./row-problem.ts";
import { type ColumnUse, type RowValues, Template } from "./template.ts";

/** The addresses of a flag: fixed ones, or one that is made of the values of each row. */
export interface AddressTemplate {
  readonly columns: readonly ColumnUse[];
  /** @throws RowProblem. */
  mailboxes(values: RowValues): readonly Mailbox[];
}

/**
 * Reads the value of a flag with addresses. If it names columns, it is one address: name and address are parted before
 * values are put in, so a value cannot add a recipient, and a name may contain a comma.
 *
 * @throws CommandError if an address that names no column is not valid.
 */
export function addressTemplate(source: string, flag: string, rows: boolean): AddressTemplate {
  const whole = rows ? Template.parse(source, "line", flag) : undefined;
  if (whole === undefined || whole.constant !== undefined) {
    const fixed = mailboxesIn(whole?.constant ?? source, flag);
    return { columns: [], mailboxes: () => fixed };
  }
  const one = (parse: () => Mailbox) => [explained(flag, rowProblem, parse)];
  const [, quoted, plain, inner] = NAMED.exec(source) ?? [];
  if (inner === undefined)
    return { columns: whole.columns, mailboxes: (values) => one(() => Mailbox.parse(whole.render(values))) };
  const name = Template.parse(quoted ?? plain ?? "", "line", flag);
  const address = Template.parse(inner, "line", flag);
  return {
    columns: [...name.columns, ...address.columns],
    mailboxes: (values) => one(() => Mailbox.of(address.render(values).trim(), name.render(values).trim())),
  };
}

/** The addresses in a list that has no columns. @throws CommandError if one is not valid. */
export function mailboxesIn(list: string, flag: string): readonly Mailbox[] {
  return explained(flag, fixedProblem, () => Mailboxes.parse(list));
}

/** A name, in quotes or not, and an address in angle brackets. */
const NAMED = /^\s*(?:"([^"]*)"|([^<]*?))\s*<([^<>]*)>\s*$/s;

const fixedProblem = (message: string) => new CommandError(message, ExitStatus.data);
const rowProblem = (message: string) => new RowProblem(message);

/** Names the flag in errors about an address. */
function explained<T>(flag: string, problem: (message: string) => Error, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw error instanceof AddressError ? problem(`${flag}: ${error.message}`) : error;
  }
}
