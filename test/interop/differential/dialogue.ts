/** One turn of a client: what it sends, and how many replies it waits for. */
export interface Step {
  readonly octets: Buffer;
  readonly replies: number;
  /** Sent only if the reply before was this. */
  readonly after?: "354" | "334";
  /** A TLS handshake, in place of octets. */
  readonly tls?: boolean;
}

/** The commands of a client after the greeting; QUIT is added automatically. */
export interface Dialogue {
  readonly name: string;
  /** Which of the server's ports. */
  readonly service: "plain" | "plainAuth" | "starttls";
  readonly steps: readonly Step[];
}

/**
 * Where the recipients of a dialogue are named, its number stands for this, so that what was delivered can be told
 * apart.
 */
export const NUMBER = "{n}";

/** A command line, one reply. */
export function say(line: string): Step {
  return octets(`${line}\r\n`);
}

/** Octets as they are: text of which every character is one octet. */
export function octets(text: string, replies = 1): Step {
  return { octets: Buffer.from(text, "latin1"), replies };
}

/** The content that follows DATA, if the server accepts it. */
export function content(text: string, replies = 1): Step {
  return { ...octets(text, replies), after: "354" };
}

/** What follows a challenge. */
export function response(text: string): Step {
  return { ...say(text), after: "334" };
}

/** A command line in which text that is not ASCII is UTF-8. */
export function sayUtf8(line: string): Step {
  return { octets: Buffer.from(`${line}\r\n`), replies: 1 };
}

export const handshake: Step = { octets: Buffer.alloc(0), replies: 0, tls: true };

export const ehlo: Step = say("EHLO client.example");
export const helo: Step = say("HELO client.example");
export const mail: Step = say("MAIL FROM:<s@sender.example>");
export const rcpt: Step = say(`RCPT TO:<d${NUMBER}@inbox.example>`);
export const refusedRcpt: Step = say("RCPT TO:<nobody@inbox.example>");
export const data: Step = say("DATA");

/** The header of a small message that no server adds anything to. */
export const HEAD =
  "From: s@sender.example\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\nMessage-ID: <1@sender.example>\r\n";
