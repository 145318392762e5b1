import { firstValue } from "../mime/reading/head.ts";
import type { NoticeReport } from "./notice.ts";
import { addressesIn } from "./original.ts";
import { Remarks } from "./remarks.ts";
import { addressIn } from "./reported-address.ts";

/** A recipient, and what the notice says about it. */
export interface NoticedRecipient {
  readonly address: string;
  readonly text: string;
}

/**
 * The recipients that a notice is about, by the first of these ways that finds one: those that the header names; lines
 * that begin with an address; addresses behind words such as "RCPT TO"; addresses of the original that the notice
 * mentions; the only recipient of the original. So an address of the help desk is no recipient.
 */
export function recipientsInNotice(report: NoticeReport, named: readonly string[]): NoticedRecipient[] {
  const remarks = new Remarks(report.lines);
  const paragraphs = headings(report);
  const addresses =
    [
      named,
      [...paragraphs.values()].map(({ address }) => address),
      marked(report),
      mentioned(report, remarks),
    ].find(({ length }) => length > 0) ?? [];
  return addresses.map((address) => ({
    address,
    text: remarks.about(address, paragraphs.get(address.toLowerCase())?.text ?? "", addresses.length === 1),
  }));
}

/** The most recipients of a notice. */
const mostRecipients = 1000;

/** Addresses of the host that reports, and of the sender. */
function ownAddresses({ fields }: NoticeReport): ReadonlySet<string> {
  const values = ["to", "from", "reply-to"].map((name) => firstValue(fields, name) ?? "");
  return new Set(values.flatMap((value) => addressesIn(value.toLowerCase())));
}

/** Whether an address may be that of a recipient. */
function foreign(report: NoticeReport): (address: string) => boolean {
  const own = ownAddresses(report);
  return (address) =>
    !own.has(address.toLowerCase()) ||
    report.original.recipients.some((each) => each.toLowerCase() === address.toLowerCase());
}

/**
 * The addresses that lines begin with, by their small letters; each with the text up to the next of them or to the end
 * of its paragraph.
 */
function headings(report: NoticeReport): Map<string, NoticedRecipient> {
  const found = new Map<string, { readonly address: string; readonly lines: string[] }>();
  let open: string | undefined;
  for (const line of report.lines) {
    const [, bracketed, quoted, alone, behind = ""] = heading.exec(line) ?? [];
    const address = addressIn(bracketed ?? quoted ?? alone?.replace(/[.:,]+$/, "") ?? "");
    const key = address?.toLowerCase();
    // A line of a diagnostic may begin with the same address.
    if (address !== undefined && key !== undefined && key !== open) {
      if (found.size >= mostRecipients) break;
      open = key;
      const { lines } = found.get(key) ?? { lines: [] };
      found.set(key, { address, lines: [...lines.slice(0, 50), behind] });
    } else if (line.trim() === "") open = undefined;
    else if (open !== undefined) found.get(open)?.lines.push(line);
  }
  const all = [...found].map(
    ([key, { address, lines }]) => [key, { address, text: lines.join("\n") }] as const,
  );
  const may = foreign(report);
  const others = all.filter(([key]) => may(key));
  // A server may forward mail to itself, and return it to the recipient.
  return new Map(others.length > 0 ? others : all);
}

/**
 * An address at the begin of a line, behind marks of a list or of a log at most, and what follows it: nothing, a colon,
 * a text in brackets, or a time. A sentence that begins with an address has something else.
 */
const heading: RegExp =
  /^(?:[\s>*•·|-]{0,20}|\s{0,8}(?:recipient|user|address|failed recipient|final recipient|recipient address|original address|e-?mail)\s?:\s{0,8})(?:<([^<>\s]{3,320})>|"([^"\s]{3,320})"|([^\s<>"'():;,[\]]{1,250}@[^\s<>"'();,[\]:]{1,250})(?:<mailto:[^<>\s]{1,320}>)?)(?=$|[\s:,;([]|[.-](?:\s|$))[\s:;,.-]{0,20}((?:[([<]|on \w|because|reason|due|-|\d{3}|host|smtp|delivery|unknown|no such|user|mailbox|invalid|error|could|was|is not|not |does|[A-Z\d]|$).*|(?<=:\s{0,20}).*)$/i;

/** Addresses in lines that name the recipient in another way. */
function marked(report: NoticeReport): string[] {
  const found = report.lines.flatMap((line) => {
    if (!line.includes("@")) return [];
    const text = marks.exec(line)?.[1] ?? refusal.exec(line)?.[1] ?? "";
    return addressIn(text.replace(/^<|[>.:,;]+$/g, "")) ?? [];
  });
  return [...new Set(found)].filter(foreign(report)).slice(0, mostRecipients);
}

/** Recipients of the original that are mentioned; or its only recipient; or the only stranger that is mentioned. */
function mentioned(report: NoticeReport, remarks: Remarks): readonly string[] {
  const { recipients } = report.original;
  const names = new Set(remarks.addresses);
  const known = recipients.filter((address) => names.has(address.toLowerCase()));
  if (known.length > 0) return known;
  if (recipients.length === 1) return recipients;
  const own = ownAddresses(report);
  return [...names].filter((address) => !own.has(address) && !helpDesk.test(address)).slice(0, 1);
}

const marks: RegExp =
  /\b(?:rcpt to|recipients?|recipient\(s\)|address|addressee|addressed to|deliver(?:y|ed|ing)?|mail|message|user|account|mailbox|failed|errors?|to|for)(?: ?[:=] ?| )"?(<[^<>\s]{3,320}>|[^\s<>"'()[\]]{1,250}@[^\s<>"'()[\]]{1,250})/i;
const refusal: RegExp =
  /(?<!\d)[45]\d\d[ -](?:#?\d\.\d{1,3}\.\d{1,3} )?(<[^<>\s]{3,320}>|[^\s<>"'()[\]]{1,250}@[^\s<>"'()[\]]{1,250})/;

const helpDesk: RegExp =
  /^(?:postmaster|mailer-daemon|abuse|support|help|helpdesk|admin|webmaster|noc|info|root)@/i;
