import type { Address } from "../../address/address.ts";
import { toAscii } from "../../address/idna.ts";
import { dnsName } from "../resolver/domain-name.ts";

/** Where a message came from: what the SMTP session knew about its sender. */
export interface Origin {
  /** The IP address of the client. */
  readonly ip: string;
  /** What the client said in HELO or EHLO. */
  readonly hello: string;
  /** The address in MAIL FROM; `null` or an empty string is the null sender. */
  readonly from: Address | string | null;
}

/** The sender whose domain is checked (RFC 7208 2.4, 4.3). */
export interface SpfSender {
  readonly identity: "mailfrom" | "hello";
  /** In octets, one character each; `"postmaster"` if there is none. */
  readonly local: string;
  /** As A-labels in lower case, or as given if it is not valid. */
  readonly domain: string;
  /** Whether the domain can have a record: at least two labels that a host name may have. */
  readonly valid: boolean;
}

/** The sender that MAIL FROM names or, if that is null, HELO. */
export function spfSender({ hello, from }: Pick<Origin, "hello" | "from">): SpfSender {
  const path = from === null || from === undefined ? "" : String(from).replace(/^<(.*)>$/s, "$1");
  if (path === "") return { identity: "hello", local: "postmaster", ...domainOf(String(hello ?? "")) };
  const at = path.lastIndexOf("@");
  const local = Buffer.from(path.slice(0, Math.max(at, 0))).toString("latin1");
  return { identity: "mailfrom", local: local || "postmaster", ...domainOf(path.slice(at + 1)) };
}

function domainOf(text: string): Pick<SpfSender, "domain" | "valid"> {
  const ascii = /[^\0-\x7f]/.test(text) && !/[\0-,/:-@[-^`{-\x7f]/.test(text) ? toAscii(text) : text;
  const name = dnsName(ascii ?? text);
  const valid = name?.includes(".") === true && /^[a-z\d._-]+$/.test(name);
  return { domain: name ?? text, valid };
}
