/** The step of sending a mail at which something happened. */
export type Phase =
  | "queue"
  | "connect"
  | "tls"
  | "greeting"
  | "hello"
  | "starttls"
  | "auth"
  | "reset"
  | "mail"
  | "rcpt"
  | "data"
  | "content"
  | "final"
  | "quit";

/** What an error message calls a phase. */
export const phaseName: Readonly<Record<Phase, string>> = {
  queue: "while the mail waited for a connection",
  connect: "while connecting",
  tls: "in the TLS handshake",
  greeting: "at the greeting",
  hello: "at EHLO",
  starttls: "at STARTTLS",
  auth: "at AUTH",
  reset: "at RSET",
  mail: "at MAIL",
  rcpt: "at RCPT",
  data: "at DATA",
  content: "while the content was going out",
  final: "after the content, before the final reply",
  quit: "at QUIT",
};
