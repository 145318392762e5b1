import type { FindingRule } from "envoi/testing";

/** How a client is to deliver. */
export interface Mode {
  readonly tls: "none" | "starttls" | "implicit";
  /** The SASL mechanism to log in with. */
  readonly mechanism?: string;
  readonly lmtp?: boolean;
}

/** The server and the login. */
export interface Destination extends Mode {
  readonly port: number;
  /** The authority of the server's certificate, which is for `localhost`: PEM, and a file that holds it. */
  readonly ca: string;
  readonly caFile: string;
  readonly user: string;
  /** The password, or the token if the mechanism uses one. */
  readonly secret: string;
  /** A file that holds the secret. */
  readonly secretFile: string;
  /** Files that hold a certificate to show, and its key, for EXTERNAL. */
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** What to deliver. */
export interface Delivery {
  readonly from: string;
  readonly to: readonly string[];
  /** The message, with CRLF line ends. */
  readonly message: string;
  /** Asks for RET=HDRS and NOTIFY=SUCCESS,FAILURE. */
  readonly dsn?: boolean;
}

/** A mail client of others. */
export interface ForeignClient {
  readonly name: string;
  /** The ways of delivery that it has, each with LMTP or SMTP. */
  readonly modes: readonly Mode[];
  /** Whether it can send to addresses that are not ASCII. */
  readonly utf8?: boolean;
  /** Whether it can ask for notifications. */
  readonly dsn?: boolean;
  /** What it does against the RFCs when the message is not ASCII; otherwise it does nothing. */
  readonly with8bit?: readonly FindingRule[];
  /** Delivers a mail. @throws if it fails */
  deliver(to: Destination, what: Delivery): Promise<void>;
}

/** Every mechanism in every way of TLS, none of both, and LMTP. */
export function modes({
  mechanisms,
  tls = ["none", "starttls", "implicit"],
  lmtp = [],
}: {
  readonly mechanisms: readonly string[];
  readonly tls?: readonly Mode["tls"][];
  readonly lmtp?: readonly Mode["tls"][];
}): readonly Mode[] {
  return [
    ...tls.flatMap((each) => [{ tls: each }, ...mechanisms.map((mechanism) => ({ tls: each, mechanism }))]),
    ...lmtp.map((each) => ({ tls: each, lmtp: true })),
  ];
}

/** A certificate in place of a password. */
export const external: readonly Mode[] = [
  { tls: "starttls", mechanism: "EXTERNAL" },
  { tls: "implicit", mechanism: "EXTERNAL" },
];

/** Whether there is nothing but ASCII in it. */
export function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}

/** LF line ends, as programs of Unix want them. */
export function unixLines(message: string): string {
  return message.replaceAll("\r\n", "\n");
}
