import type { CertificateFacts } from "../../../net/client/certificate-chain.ts";
import type { Logger } from "../../../net/logger.ts";
import { printable } from "../../printable.ts";
import { type Style, styled, type Terminal } from "../../terminal.ts";
import { inFlags } from "../in-flags.ts";
import { certificateLines } from "./certificate-lines.ts";

/** The fields of the events of a transport, as far as a conversation shows them. */
interface Event {
  readonly connection?: number;
  readonly place?: string;
  readonly host?: string;
  readonly port?: number;
  readonly duration?: number;
  readonly command?: string;
  readonly octets?: number;
  readonly code?: number;
  readonly enhancedCode?: string;
  readonly text?: string;
  readonly protocol?: string;
  readonly cipher?: string;
  readonly verified?: boolean;
  readonly resumed?: boolean;
  readonly reason?: string;
  readonly mechanism?: string;
  readonly kind?: string;
  readonly certificates?: readonly CertificateFacts[];
  readonly error?: { readonly message?: string };
}

/**
 * Shows what a client and a server say to each other as it happens: `->` is the client, `<-` the server, `--` what
 * happens besides. Each line begins with the seconds since the start; secrets are masked and content is counted.
 */
export class Conversation implements Logger {
  readonly #terminal: Terminal;
  readonly #begun: number;
  readonly #now: () => number;
  /** The first connection; the lines of others have their numbers. */
  #first: number | undefined;

  constructor(terminal: Terminal, now: () => number = () => performance.now()) {
    this.#terminal = terminal;
    this.#now = now;
    this.#begun = now();
    this.#write("--", `${new Date().toISOString()}`, undefined, "dim");
  }

  debug(fields: object, message: string): void {
    const event = fields as Event;
    const { connection } = event;
    if (message === "command") {
      const size = event.octets === undefined ? "" : `, ${event.octets} bytes`;
      const command = event.command === "(content)" ? `(content${size})` : (event.command ?? "");
      this.#write("->", command, connection, "cyan");
    } else if (message === "reply") this.#reply(event);
    else if (message === "connect: done")
      this.#write("--", `connected to ${event.place}, ${took(event)}`, connection, "dim");
    else if (message === "the server's certificates")
      for (const line of certificateLines(event.certificates ?? [], Date.now()))
        this.#write("--", line, connection, "dim");
    else if (message === "TLS: done") this.#encrypted(event);
    else if (message === "login: done")
      this.#write("--", `logged in by ${event.mechanism}, ${took(event)}`, connection, "green");
    else if (message === "the connection has ended" && event.kind !== "closed")
      this.#write("--", "the connection has ended", connection, "dim");
  }

  info(): void {}

  warn(fields: object, message: string): void {
    const event = fields as Event;
    if (message === "the certificate does not verify")
      this.#write("--", `not verified: ${inFlags(event.reason ?? "")}`, event.connection, "red");
    else this.#write("--", `${message}: ${inFlags(event.error?.message ?? "")}`, event.connection, "red");
  }

  error(): void {}

  #encrypted(event: Event): void {
    const verdict =
      event.verified === true ? (event.resumed ? "verified earlier" : "verified") : "not verified";
    const text = `encrypted by ${event.protocol} ${event.cipher}, the certificate is ${verdict}, ${took(event)}`;
    this.#write("--", text, event.connection, event.verified === true ? "green" : "red");
  }

  #reply({ code = 0, enhancedCode, text = "", connection }: Event): void {
    const lines = text.split("\n");
    const style = code >= 500 ? "red" : code >= 400 ? "yellow" : undefined;
    for (const [index, line] of lines.entries()) {
      const codes = `${code}${index < lines.length - 1 ? "-" : " "}${enhancedCode ? `${enhancedCode} ` : ""}`;
      this.#write("<-", codes + line, connection, style);
    }
  }

  #write(who: string, text: string, connection: number | undefined, style: Style | undefined): void {
    const { errors } = this.#terminal;
    this.#first ??= connection;
    const which =
      connection === undefined || connection === this.#first
        ? ""
        : `[${connection - (this.#first ?? 0) + 1}] `;
    const seconds = ((this.#now() - this.#begun) / 1000).toFixed(3).padStart(7);
    const line = printable(text);
    const shown = style === undefined ? line : styled(this.#terminal, errors, style, line);
    errors.write(`${styled(this.#terminal, errors, "dim", seconds)} ${which}${who} ${shown}\n`);
  }
}

function took({ duration = 0 }: Event): string {
  return `${Math.round(duration)} ms`;
}
