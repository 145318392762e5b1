import { quoted } from "../../foreign-text.ts";
import { type Finding, finding } from "../finding.ts";
import { clientCertificate, notSmtp, placeOf } from "./judge-connection.ts";
import type { ServerFacts } from "./server-facts.ts";

/** What is wrong with the reply to EHLO, and with a conversation that breaks off. */
export function judgeHello(facts: ServerFacts): Finding[] {
  const place = placeOf(facts.target.host, facts.target.port);
  return [
    ...judgeRewriting(facts, place),
    ...judgeRefusal(facts, place),
    ...judgeFirstLine(facts, place),
    ...judgeBreak(facts, place),
  ];
}

function judgeRewriting(facts: ServerFacts, place: string): Finding[] {
  const rewritten = rewrittenLine(facts);
  if (rewritten === undefined) return [];
  return [
    finding(
      "smtp-rewritten",
      place,
      `Something between here and the server rewrites SMTP: a line reads ${quoted(rewritten, 60)}. Firewalls with "SMTP inspection" (Cisco "fixup" or "inspect esmtp") do so, and take STARTTLS and AUTH away.`,
      "Switch the inspection of SMTP off in the firewall, or use the port for TLS (smtps:, 465), which it cannot look into.",
    ),
  ];
}

function judgeRefusal(facts: ServerFacts, place: string): Finding[] {
  const { hello, greeting } = facts;
  if (hello === undefined || hello.reply.code === 250) return [];
  if (isFtp(facts)) return [notSmtp(String(greeting), place)];
  return [isLmtp(facts) ? speaksLmtp(facts, place) : refused(facts, place)];
}

function judgeFirstLine(facts: ServerFacts, place: string): Finding[] {
  const swallowed = swallowedExtension(facts);
  if (swallowed === undefined) return [];
  return [
    finding(
      "hello-without-name",
      place,
      `The reply to EHLO begins with ${quoted(swallowed, 60)} instead of the name of the server. Clients take the first line for a name, so they do not see what it offers.`,
      "Let the first line of the reply be the name of the server (RFC 5321 4.1.1.1), and look for a proxy that drops lines.",
    ),
  ];
}

function judgeBreak({ broken }: ServerFacts, place: string): Finding[] {
  const step = broken && inWords[broken.step];
  if (broken === undefined || step === undefined) return [];
  if (/CERTIFICATE_REQUIRED/.test(broken.code ?? "")) return [clientCertificate(place)];
  return [
    finding(
      "conversation-broken",
      place,
      broken.problem === "unasked"
        ? `The server sends more replies than it was asked for: ${quoted(broken.octets)}.`
        : `After ${step} the server ${how(broken)}.`,
      "Look into the log of the server at this time; a firewall or virus scanner on the way can do the same.",
    ),
  ];
}

const inWords = {
  greeting: undefined,
  hello: "EHLO",
  starttls: "STARTTLS",
  tls: undefined,
  auth: "AUTH",
  mail: "MAIL",
  rcpt: "RCPT",
  reset: "RSET",
  pipelining: undefined,
} as const;

function how({ problem, octets }: NonNullable<ServerFacts["broken"]>): string {
  switch (problem) {
    case "timeout":
      return "did not answer in time";
    case "not-smtp":
      return `sent what is not a reply: ${quoted(octets)}`;
    case "reset":
      return "reset the connection";
    default:
      return "closed the connection without a reply";
  }
}

/** FTP greets like SMTP. */
function isFtp({ greeting, hello }: ServerFacts): boolean {
  const words = String(greeting);
  return /\bftp|ftpd\b/i.test(words) && !/smtp/i.test(words) && hello?.reply.permanent === true;
}

function isLmtp({ greeting, hello }: ServerFacts): boolean {
  return /\bLHLO\b|\bLMTP\b/i.test(`${greeting} ${hello?.reply}`);
}

function speaksLmtp({ hello }: ServerFacts, place: string): Finding {
  return finding(
    "not-smtp",
    place,
    `${place} speaks LMTP, not SMTP: to EHLO it says ${quoted(String(hello?.reply))}.`,
    "Use lmtp: in the URL (LmtpTransport), or the port on which the server speaks SMTP, usually 25, 465 or 587.",
  );
}

/** An extension where the name of the server belongs. */
function swallowedExtension({ clearHello, hello }: ServerFacts): string | undefined {
  const first = [clearHello?.reply, hello?.reply].flatMap((reply) =>
    reply?.code === 250 ? reply.lines.slice(0, 1) : [],
  );
  return first.find((line) => EXTENSION.test(line));
}

/** Only whole keywords: a server may be called size.example. */
const EXTENSION =
  /^(?:STARTTLS|PIPELINING|8BITMIME|CHUNKING|SMTPUTF8|ENHANCEDSTATUSCODES|DSN|SIZE \d+|AUTH [A-Z].*)$/;

/** A line with the X's or stars that firewalls write over what they do not know. */
export function rewrittenLine({ greeting, clearHello, hello }: ServerFacts): string | undefined {
  const first = greeting?.lines.find((line) => /\*{4,}/.test(line));
  const replies = [clearHello?.reply, hello?.reply].filter((reply) => reply !== undefined);
  const offered = replies.flatMap(({ code, lines }) => (code === 250 ? lines.slice(1) : []));
  const refusals = replies.flatMap(({ code, lines }) => (code === 250 ? [] : lines));
  return (
    first ??
    offered.find((line) => /^(?:X{4,}[A-Z]?|\*{4,})(?:\s|$)/i.test(line.trim())) ??
    refusals.find((line) => /\bX{4,}\b|\*{4,}/.test(line))
  );
}

function refused({ hello, helo }: ServerFacts, place: string): Finding {
  const reply = String(hello?.reply ?? "");
  const works = helo?.code === 250;
  const what = `The server refuses EHLO: ${quoted(reply)}.${works ? " It takes HELO, which offers neither STARTTLS nor AUTH." : helo !== undefined ? " It refuses HELO too." : ""}`;
  const code = hello?.reply.code ?? 0;
  const remedy =
    hello?.reply.transient === true
      ? "Try again later; if it stays so, ask its operator."
      : code === 501 || code === 504 || code === 550
        ? "If it does not like the name of this client, give it another with --hello: a name with dots that DNS knows."
        : "Replace the server or the proxy in front of it by one that knows EHLO (RFC 5321).";
  return finding("hello-refused", place, what, remedy);
}
