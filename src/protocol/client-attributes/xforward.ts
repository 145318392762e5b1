import type { Reply } from "../reply.ts";
import { type AttributeReaders, formatAttributes, parseAttributes } from "./attribute-list.ts";
import { readIp, readPlain, readPort, wordOf } from "./attribute-values.ts";

/**
 * What a content filter says by XFORWARD about where a message came from (Postfix, XFORWARD_README). `null` means that
 * the filter does not know it.
 */
export interface XforwardAttributes {
  /** The host name of the client that the message came from. */
  readonly NAME?: string | null;
  /** Its address, which need not be an IP address. */
  readonly ADDR?: string | null;
  /** Its port. */
  readonly PORT?: number | null;
  /** The protocol by which the message came, which need not be SMTP. */
  readonly PROTO?: string | null;
  /** How the client introduced itself. */
  readonly HELO?: string | null;
  /** The name of the message on the host that passes it on. */
  readonly IDENT?: string | null;
  /** Whether the message comes from the host that passes it on, or through it. */
  readonly SOURCE?: "LOCAL" | "REMOTE" | null;
}

const readers: AttributeReaders<XforwardAttributes> = {
  NAME: readPlain,
  ADDR: (text) => readIp(text) ?? readPlain(text),
  PORT: readPort,
  PROTO: (text) => (text.length > LONGEST_PROTOCOL ? undefined : readPlain(text)),
  HELO: readPlain,
  IDENT: readPlain,
  SOURCE: wordOf("LOCAL", "REMOTE"),
};

const LONGEST_PROTOCOL = 64;

/** The names of all attributes, in the order in which EHLO lists them. */
export const xforwardNames: readonly (keyof XforwardAttributes)[] = Object.keys(
  readers,
) as (keyof XforwardAttributes)[];

/** The argument of XFORWARD. */
export function formatXforward(attributes: XforwardAttributes): string {
  return formatAttributes(attributes, ["ADDR"]);
}

/** Reads the argument of XFORWARD; a {@link Reply} is the refusal. */
export function parseXforward(argument: string): XforwardAttributes | Reply {
  return parseAttributes(argument, readers);
}
