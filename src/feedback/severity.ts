import { type Codes, codesIn } from "./codes.ts";
import type { FeedbackRecipient } from "./feedback.ts";

/** The same recipient with the codes that its diagnostic tells, and what they mean. */
export function withCodes(recipient: FeedbackRecipient): FeedbackRecipient {
  const { action, diagnostic = "" } = recipient;
  const told = codesIn(diagnostic);
  const status = recipient.status ?? told.status;
  // A general status stands for the more exact one that the remote host told.
  const exact = status?.endsWith(".0.0") ? (told.status ?? status) : status;
  return {
    ...recipient,
    status,
    ...(told.code !== undefined && { code: told.code }),
    ...(action === "failed" && { severity: severityOf({ status: exact, code: told.code }, diagnostic) }),
  };
}

/**
 * Whether a failure is about the address, so that no other mail will arrive there either, or only about this mail or
 * this hour. In doubt it is soft: a customer who gets no mail any more is worse than one more bounce.
 *
 * The codes decide; servers that use a general code (`5.0.0`, or a 550 alone) say in words what they mean.
 */
function severityOf({ status, code }: Codes, diagnostic: string): "hard" | "soft" {
  const kind = status?.[0] ?? (code === undefined ? undefined : String(code)[0]);
  if (kind === "4" || kind === "2") return "soft";
  const detail = status?.slice(2);
  if (detail !== undefined && aboutSender.test(detail)) return "soft";
  if (detail !== undefined && noSuchAddress.test(detail)) return "hard";
  if (detail !== undefined && aboutAddress.test(detail)) return otherwise.test(diagnostic) ? "soft" : "hard";
  if (noMailbox.test(diagnostic) && !otherwise.test(diagnostic)) return "hard";
  const general = detail === undefined ? kind === "5" : detail.startsWith("0.");
  return general && !otherwise.test(diagnostic) && !vague.test(diagnostic) ? "hard" : "soft";
}

/** A bad address of the sender. */
const aboutSender: RegExp = /^1\.[78]$/;

/** No such mailbox, no such domain, no such syntax, moved, a domain that takes no mail. */
const noSuchAddress: RegExp = /^1\.(?:[1236]|10)$/;

/**
 * Subject and detail of codes that are about the recipient's address: all of subject 1 but those about the sender, a
 * disabled mailbox, and a domain that does not exist.
 */
const aboutAddress: RegExp = /^(?:1\.\d+|2\.1|4\.4)$/;

/** Words for an address that does not exist. */
const noMailbox: RegExp =
  /user ?unknown|unknown (?:user|recipient|mailbox|address|account|local)|no such (?:user|recipient|mailbox|address|account|person|domain|host)|no mailbox (?:here )?by that name|(?:does not|doesn'?t|do not|don'?t) (?:exist|have an?\b)|not (?:found|exist)|invalid (?:user|recipient|mailbox|address)|(?:mailbox|user|account|address|recipient)(?: name)?(?: is| has been)? (?:unavailable|disabled|inactive|invalid|unknown|not (?:recognized|valid|listed|known|a valid))|not a (?:valid|known) (?:user|mailbox|recipient|address)|host unknown|(?:host|domain)(?: name)? (?:or domain name )?not found|unrouteable (?:mail )?(?:address|domain)|is not a known user|not our customer|account (?:has been )?(?:closed|disabled|suspended)|not listed in|name is not recognized|recipient address rejected: user|5\.4\.1\b.{0,120}recipient address rejected|no mx record|no smtp service|does not accept mail|mailbox is frozen/i;

/** Words for causes that have nothing to do with the address, whatever the code. */
const otherwise: RegExp =
  /spam|junk|virus|malware|phish|blocked|block ?list|black ?list|deny ?list|listed (?:at|by|in|on) [\w.-]+\.|reputation|polic(?:y|ies)|spf|dkim|dmarc|rdns|reverse dns|ptr record|quota|mailbox (?:is )?(?:full|exceed)|over ?quota|full mailbox|too (?:large|big|long|many)|size limit|exceed|rate limit|throttl|greylist|gr[ae]y-?list|relay(?:ing)? (?:access )?(?:denied|not)|authentication|unauthenticated|content|at a rate|too quickly|mail ?from|try again|temporar|timed? ?out|not accept(?:ing)? mail from|sender/i;

/** Refusals that do not say what is wrong. */
const vague: RegExp =
  /denied|refused|prohibited|not (?:allowed|permitted|authori[sz]ed)|transaction failed|expired|retry time|service|protocol|connection|command|implement|unavailable|not verified|limit|on hold|rejected\W*$/i;
