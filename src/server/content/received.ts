import { formatAddressLiteral } from "../../address/address-literal.ts";
import type { ReceivedEnvelope } from "../../protocol/server/envelope.ts";
import type { Session } from "../connection/session.ts";

/** What a Received field says. */
export interface Receipt {
  readonly session: Session;
  readonly envelope: ReceivedEnvelope;
  /** The name of this server. */
  readonly hostname: string;
  readonly id: string;
  readonly date: Date;
}

/**
 * The trace field of a message that has been received, its line ends included (RFC 5321 4.4). It names no recipient:
 * the others, Bcc among them, could read it.
 */
export function formatReceived({ session, envelope, hostname, id, date }: Receipt): string {
  // Who comes through a Unix socket has no address.
  const address = session.remoteAddress === "" ? undefined : formatAddressLiteral(session.remoteAddress);
  const name = session.hello?.name ?? "";
  // The name is what the client made up; one that does not fit into an ASCII header is left out.
  const fits = /^[!-~]{1,255}$/.test(name);
  const from = address === undefined ? (fits ? name : "localhost") : fits ? `${name} (${address})` : address;
  const tls = session.tls && `\r\n\t(using ${session.tls.protocol} with cipher ${session.tls.cipher})`;
  return `Received: from ${from}${tls ?? ""}\r\n\tby ${hostname} with ${protocolOf(session, envelope)} id ${id};\r\n\t${dayOf(date)}\r\n`;
}

/** A date as a header has it; made once a second. */
function dayOf(date: Date): string {
  const second = Math.floor(date.getTime() / 1000);
  if (second !== daySecond) {
    daySecond = second;
    day = date.toUTCString().replace("GMT", "+0000");
  }
  return day;
}

let day = "";
let daySecond = Number.NaN;

/** The protocol by its registered name (RFC 3848, RFC 6531 4.3). */
function protocolOf({ hello, tls, authenticated }: Session, { parameters }: ReceivedEnvelope): string {
  if (hello === undefined || hello.verb === "HELO") return "SMTP";
  const base = hello.verb === "LHLO" ? lmtp(parameters) : parameters.SMTPUTF8 ? "UTF8SMTP" : "ESMTP";
  return `${base}${tls === undefined ? "" : "S"}${authenticated === undefined ? "" : "A"}`;
}

function lmtp({ SMTPUTF8 }: ReceivedEnvelope["parameters"]): string {
  return SMTPUTF8 ? "UTF8LMTP" : "LMTP";
}
