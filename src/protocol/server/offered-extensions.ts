import type { ExtensionKeyword, Extensions } from "../extensions.ts";
import type { MailParameters } from "../parameters/parameters.ts";
import { Reply } from "../reply.ts";
import { tooLarge } from "./message-content.ts";
import type { ServerSettings } from "./settings.ts";
import type { ClientStanding } from "./standing.ts";

/** What the offer to a client depends on. */
interface OfferContext {
  readonly settings: ServerSettings;
  readonly standing: ClientStanding;
  readonly secure: boolean;
  readonly user: string | undefined;
  /** The names of the mechanisms that can be done now. */
  readonly mechanisms: readonly string[];
  /** Whether AUTH is allowed without TLS. */
  readonly allowsPlaintextCredentials: boolean;
}

/** The extensions that EHLO offers to a client now. */
export function offeredExtensions(context: OfferContext): Extensions {
  const { settings, standing, secure, user, mechanisms, allowsPlaintextCredentials } = context;
  const { starttls, maxMessageSize, maxRecipients, maxTransactions, etrn, atrn, burl, without } = settings;
  const { xclient = [], xforward = [] } = standing;
  const all: Extensions = {
    PIPELINING: true,
    SIZE: maxMessageSize,
    "8BITMIME": true,
    SMTPUTF8: true,
    ENHANCEDSTATUSCODES: true,
    CHUNKING: true,
    ...(!without.has("CHUNKING") && { BINARYMIME: true }),
    ...(starttls && !secure && { STARTTLS: true }),
    ...(mechanisms.length > 0 && (secure || allowsPlaintextCredentials) && { AUTH: mechanisms }),
    ...(etrn && { ETRN: true }),
    ...(atrn && { ATRN: true }),
    // Without its argument it says that a login must come first (RFC 4468 section 3.1).
    ...(burl !== undefined && { BURL: user === undefined ? [] : ["imap"] }),
    ...offeredByHost(settings, secure),
    LIMITS: {
      ...(maxTransactions > 0 && { MAILMAX: Math.min(maxTransactions, HIGHEST_LIMIT) }),
      RCPTMAX: Math.min(maxRecipients, HIGHEST_LIMIT),
    },
    ...(xclient.length > 0 && { XCLIENT: xclient }),
    ...(xforward.length > 0 && { XFORWARD: xforward }),
  };
  if (without.size === 0) return all;
  return Object.fromEntries(
    Object.entries(all).filter(([keyword]) => !without.has(keyword as ExtensionKeyword)),
  );
}

function offeredByHost({ offeredExtensions, now }: ServerSettings, secure: boolean): Extensions {
  const { DSN, REQUIRETLS, DELIVERBY, FUTURERELEASE, "MT-PRIORITY": profile } = offeredExtensions;
  return {
    ...(DSN && { DSN }),
    ...(REQUIRETLS && secure && { REQUIRETLS }),
    ...(DELIVERBY !== undefined && { DELIVERBY }),
    ...(FUTURERELEASE !== undefined && {
      FUTURERELEASE: { interval: FUTURERELEASE, until: inSeconds(FUTURERELEASE, now) },
    }),
    ...(profile !== undefined && { "MT-PRIORITY": profile }),
  };
}

/** The refusal of parameters of MAIL that ask for more than was offered. */
export function beyondOffer(
  { SIZE = 0, BY, HOLDFOR = 0, HOLDUNTIL }: MailParameters,
  { maxMessageSize, offeredExtensions, now }: ServerSettings,
): Reply | undefined {
  if (maxMessageSize > 0 && SIZE > maxMessageSize) return tooLarge;
  if (BY?.mode === "R" && BY.seconds < (offeredExtensions.DELIVERBY ?? 0))
    return Reply.of(501, "5.5.4", `Delivery takes ${offeredExtensions.DELIVERBY} seconds at least`);
  const longest = offeredExtensions.FUTURERELEASE ?? 0;
  const late = HOLDUNTIL !== undefined && HOLDUNTIL > inSeconds(longest, now);
  return late || HOLDFOR > longest
    ? Reply.of(501, "5.5.4", `Mail is held back for ${longest} seconds at most`)
    : undefined;
}

/** A moment from now, in whole seconds. */
function inSeconds(seconds: number, now: ServerSettings["now"]): Date {
  return new Date(Math.trunc(now() / 1000 + seconds) * 1000);
}

/** A limit has six digits at most (RFC 9422 4). */
const HIGHEST_LIMIT = 999_999;
