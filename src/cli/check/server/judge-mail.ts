import type { Reply } from "../../../protocol/reply.ts";
import { foreign, quoted } from "../../foreign-text.ts";
import { type Finding, finding } from "../finding.ts";
import { placeOf } from "./judge-connection.ts";
import type { ServerFacts } from "./server-facts.ts";
import type { ProbeOptions } from "./server-target.ts";

/** Servers with a smaller limit refuse many mails with attachments. */
const SMALL = 5_000_000;

/** What is wrong with the login, and with what a mail needs. */
export function judgeMail(facts: ServerFacts, options: Pick<ProbeOptions, "from" | "to">): Finding[] {
  const place = placeOf(facts.target.host, facts.target.port);
  return [
    ...judgeLogin(facts, place),
    ...judgeSize(facts, place),
    ...judgeEnvelope(facts, options, place),
    ...judgePipelining(facts, place),
  ];
}

function judgeLogin({ target, login, hello, tls }: ServerFacts, place: string): Finding[] {
  if (hello?.reply.code !== 250) return [];
  const offered = hello.capabilities.extensions.AUTH;
  const user = target.login?.user ?? "";
  if (login === undefined) {
    const isSubmission = target.port === 465 || target.port === 587;
    if (!isSubmission || offered !== undefined || tls === undefined) return [];
    return [
      finding(
        "auth-absent",
        place,
        `The server offers no AUTH, though port ${target.port} is for clients that log in (RFC 6409).`,
        "Let the server offer AUTH after TLS.",
      ),
    ];
  }
  const { reply, mechanism, problem } = login;
  switch (problem) {
    case "not-offered":
      return [
        finding(
          "auth-absent",
          place,
          `There is a user to log in as, but the server offers no AUTH${tls === undefined ? " without TLS" : ""}.`,
          tls === undefined
            ? "Many servers offer it only under TLS: use smtps: or ?tls=required."
            : "Let the server offer AUTH, or leave the user out if it takes mail without a login.",
        ),
      ];
    case "no-mechanism":
      return [
        finding(
          "auth-mechanisms",
          place,
          `The server offers AUTH ${foreign(offered?.join(" ") ?? "")}, and none of these takes a password from envoi.`,
          "Let the server offer PLAIN or SCRAM-SHA-256 under TLS.",
        ),
      ];
    case "not-verified":
      return [
        finding(
          "login-untried",
          place,
          "The login was not tried: a password is sent only over TLS with a certificate that verifies.",
          "Do what is said above about TLS and the certificate, then check again.",
        ),
      ];
    case "not-proved":
      return [
        finding(
          "login-failed",
          place,
          `The login of ${quoted(user, 80)} by ${mechanism} failed: the server has not proved that it knows the password.`,
          "If the server is the right one, look at the passwords that it stores for SCRAM.",
        ),
      ];
  }
  if (reply === undefined || reply.code === 235) return [];
  const said = `The server refuses the login of ${quoted(user, 80)} (by ${mechanism}): ${quoted(String(reply))}.`;
  if (reply.code === 535 || reply.code === 530 || reply.code === 550)
    return [
      finding(
        "login-refused",
        place,
        said,
        "Correct user or password. Some services want the whole address as user, or a password made for this program instead of the one of the account.",
      ),
    ];
  return [
    finding(
      "login-failed",
      place,
      said,
      reply.transient
        ? "Try again later. If it stays so, the server cannot reach what it checks passwords with: look into its log."
        : "Look into the log of the server, or let it offer another mechanism, such as PLAIN under TLS.",
    ),
  ];
}

function judgeSize({ hello }: ServerFacts, place: string): Finding[] {
  const { SIZE = 0 } = hello?.capabilities.extensions ?? {};
  if (SIZE === 0 || SIZE >= SMALL) return [];
  return [
    finding(
      "size-too-small",
      place,
      `The server takes only mails of up to ${SIZE.toLocaleString("en")} bytes (SIZE). Larger ones are refused, and attachments grow by a third in mail.`,
      "Raise the limit of the server to 25 MB or more (Postfix: message_size_limit).",
    ),
  ];
}

function judgeEnvelope(
  facts: ServerFacts,
  { from, to }: Pick<ProbeOptions, "from" | "to">,
  place: string,
): Finding[] {
  const { transaction } = facts;
  if (transaction === undefined) return [];
  const { mail, rcpt } = transaction;
  const isAsked = from !== undefined || to !== undefined;
  const required = requirement(facts, place);
  if (required !== undefined) return [required];
  if (!mail.positive)
    return isAsked
      ? [
          finding(
            "sender-refused",
            place,
            `The server refuses the sender ${quoted(`<${transaction.from}>`)}: ${quoted(String(mail))}.`,
            mail.code === 530
              ? "Log in: name a user in the URL, and set ENVOI_PASSWORD."
              : "Use a sender that this server allows, or do what the reply says.",
          ),
        ]
      : [];
  if (rcpt === undefined || rcpt.positive) return [];
  if (isGreylisting(rcpt, transaction.group?.[1]))
    return [
      finding(
        "greylisting",
        place,
        `The server puts off mail from clients that it does not know (greylisting): to RCPT it says ${quoted(String(rcpt))}.`,
        "A mail arrives when it is sent again after some minutes: let the sender try again (RetryTransport, or a relay with a queue). If this machine sends often, ask the operator to put it on the list of known clients.",
      ),
    ];
  return to === undefined
    ? []
    : [
        finding(
          "recipient-refused",
          place,
          `The server refuses the recipient ${quoted(`<${transaction.to}>`)}: ${quoted(String(rcpt))}.`,
          rcpt.code === 530 || rcpt.code === 554 || /relay/i.test(String(rcpt))
            ? "Log in if the server is your relay; to other servers send only mail for their own domains."
            : "Correct the address, or do what the reply says.",
        ),
      ];
}

/** What MAIL needs before it, and the server does not offer. */
function requirement({ transaction, tls, hello, login }: ServerFacts, place: string): Finding | undefined {
  if (transaction?.mail.code !== 530) return undefined;
  const said = quoted(String(transaction.mail));
  if (tls === undefined && /\bTLS\b|STARTTLS|encrypt/i.test(said))
    return finding(
      "starttls-stripped",
      place,
      `The server takes mail only after STARTTLS, which is missing from its reply to EHLO: to MAIL it says ${said}. Something on the way takes it out, or the server hides it.`,
      "Look for a firewall, virus scanner or proxy on the way that reads mail, or use the port for TLS (smtps:, 465).",
    );
  if (login !== undefined || hello?.capabilities.extensions.AUTH !== undefined) return undefined;
  return finding(
    "auth-absent",
    place,
    `The server takes mail only after a login, and offers no AUTH${tls === undefined ? " without TLS" : ""}: to MAIL it says ${said}.`,
    tls === undefined
      ? "Many servers offer it only under TLS: use smtps: or ?tls=required."
      : "Let the server offer AUTH.",
  );
}

/** Whether a recipient is put off for now, not because of the address, DNS or a full disk. */
function isGreylisting(rcpt: Reply, again: Reply | undefined): boolean {
  if (!rcpt.transient || rcpt.code === 421) return false;
  const text = String(rcpt);
  if (/gr[ae]y[- ]?list|postgrey|milter-greylist/i.test(text)) return true;
  if (again?.positive) return true;
  const { code, enhancedCode = "" } = rcpt;
  return (code === 450 || code === 451) && /^(?:$|4\.0\.0$|4\.2\.0$|4\.7\.)/.test(enhancedCode);
}

function judgePipelining({ transaction }: ServerFacts, place: string): Finding[] {
  const { group, mail, rcpt, reset } = transaction ?? {};
  if (group === undefined || mail === undefined) return [];
  const single = [mail, rcpt, reset];
  const wrong = group.find(
    (reply, index) => reply.permanent && (single[index]?.positive ?? index === 2) && reply.code !== 521,
  );
  const isBusy = group.some(({ code }) => code === 421);
  if (isBusy || (group.length === 3 && wrong === undefined)) return [];
  const how =
    group.length < 3
      ? `of three commands sent together it answered ${group.length === 0 ? "none" : group.length === 1 ? "one" : "two"}`
      : `commands sent together are refused that are accepted one by one: ${quoted(String(wrong))}`;
  return [
    finding(
      "pipelining-broken",
      place,
      `The server offers PIPELINING, but does not keep it: ${how}. Clients that trust it hang or lose mail.`,
      "Update the server or the proxy in front of it, or let it not offer PIPELINING. Until then use ?pipelining=off in the URL.",
    ),
  ];
}
