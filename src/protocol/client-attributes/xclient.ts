import { isHelloName } from "../hello-name.ts";
import type { Reply } from "../reply.ts";
import { type AttributeReaders, formatAttributes, parseAttributes } from "./attribute-list.ts";
import { readHostName, readIp, readPort, wordOf } from "./attribute-values.ts";

/**
 * What a proxy says about its client by XCLIENT (Postfix, XCLIENT_README). `null` means that the proxy does not know
 * it either.
 */
export interface XclientAttributes {
  /** The host name of the client. */
  readonly NAME?: string | null;
  /** The IP address of the client. */
  readonly ADDR?: string | null;
  /** The port of the client. */
  readonly PORT?: number | null;
  /** The protocol that the client speaks. */
  readonly PROTO?: "SMTP" | "ESMTP" | "LMTP" | null;
  /** How the client introduced itself. */
  readonly HELO?: string | null;
  /** The user that the client logged in as. */
  readonly LOGIN?: string | null;
  /** The IP address that the client connected to. */
  readonly DESTADDR?: string | null;
  /** The port that the client connected to. */
  readonly DESTPORT?: number | null;
}

const readers: AttributeReaders<XclientAttributes> = {
  NAME: readHostName,
  ADDR: readIp,
  PORT: readPort,
  PROTO: wordOf("SMTP", "ESMTP", "LMTP"),
  HELO: (text) => (isHelloName(text) ? text : undefined),
  LOGIN: (text) => text,
  DESTADDR: readIp,
  DESTPORT: readPort,
};

/** The names of all attributes, in the order in which EHLO lists them. */
export const xclientNames: readonly (keyof XclientAttributes)[] = Object.keys(
  readers,
) as (keyof XclientAttributes)[];

/** The argument of XCLIENT. */
export function formatXclient(attributes: XclientAttributes): string {
  return formatAttributes(attributes, ["ADDR", "DESTADDR"]);
}

/** Reads the argument of XCLIENT; a {@link Reply} is the refusal. */
export function parseXclient(argument: string): XclientAttributes | Reply {
  return parseAttributes(argument, readers);
}
