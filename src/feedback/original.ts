import { MessageIds } from "../mime/message-ids.ts";
import { firstValue, type ParsedHeader } from "../mime/reading/head.ts";
import { addressIn } from "./reported-address.ts";

/** What the header of the mail that was sent says, as far as the report has it. */
export interface Original {
  readonly messageId: string | undefined;
  /** The addresses in To and Cc, and where relays note the recipients of the envelope. */
  readonly recipients: readonly string[];
  /** The recipient by a field that a provider adds for its complaints. */
  readonly complainant: string | undefined;
}

/** Reads the header of the mail that was sent. */
export function readOriginal(fields: readonly ParsedHeader[]): Original {
  const named = recipientFields.flatMap((name) => firstValue(fields, name) ?? []);
  return {
    messageId: firstMessageId(firstValue(fields, "message-id")),
    recipients: [...new Set(named.flatMap((value) => addressesIn(value)))],
    complainant: addressIn(firstValue(fields, "x-hmxmroriginalrecipient")?.replace(/[<>\s]/g, "") ?? ""),
  };
}

/** The Message-ID that a mail names as the one that it answers. */
export function answeredMessageId(fields: readonly ParsedHeader[]): string | undefined {
  for (const name of ["x-original-message-id", "in-reply-to"]) {
    const id = firstMessageId(firstValue(fields, name));
    if (id !== undefined) return id;
  }
  return idsIn(firstValue(fields, "references")).at(-1);
}

/** All addresses of a field, at most 100: those in angle brackets, and the words with an @ elsewhere. */
export function addressesIn(value: string): string[] {
  const found: string[] = [];
  for (const [, bracketed, alone] of value.slice(0, longestField).matchAll(addressWords)) {
    const address = addressIn(bracketed ?? alone ?? "");
    if (address !== undefined) found.push(address);
    if (found.length >= 100) break;
  }
  return found;
}

const recipientFields = ["to", "cc", "x-envelope-to", "envelope-to", "x-original-to", "delivered-to"];
const addressWords: RegExp = /<([^<>\s]{1,320})>|([^\s<>,;:"'()[\]]{1,320})/g;
const longestField = 32_768;

function firstMessageId(value: string | undefined): string | undefined {
  return idsIn(value)[0];
}

function idsIn(value: string | undefined): readonly string[] {
  return value === undefined ? [] : MessageIds.parse(value.slice(0, longestField)).ids;
}
