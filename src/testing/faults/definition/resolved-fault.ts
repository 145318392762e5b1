import { Reply } from "../../../protocol/reply.ts";
import { checkNames } from "../../../text/known-names.ts";
import { resolveStorage, type Storage } from "../storage/storage.ts";
import { resolveTls } from "../tls/resolved-tls.ts";
import { scramLies } from "../wire/scram-lie.ts";
import type { Drop, DropManner, Fault, FaultCondition, FaultPoint, ScramLie, TlsChanges } from "./fault.ts";
import { count, flag, lines, oneOf, refuseFault } from "./fault-fields.ts";
import { resolveCondition } from "./resolved-condition.ts";
import { resolveReply } from "./resolved-reply.ts";

/** A fault that has been looked through, with all that it does side by side. */
export interface ResolvedFault {
  readonly at: FaultPoint;
  readonly when: FaultCondition;
  readonly times: number;
  readonly octet: number;
  /** How a message is kept, where the fault says so. */
  readonly storage: Storage | undefined;
  readonly reply: Reply | undefined;
  readonly undiscarded: boolean;
  readonly stays: boolean;
  /** Packets. */
  readonly raw: readonly Buffer[] | undefined;
  readonly repeat: number;
  readonly unencrypted: boolean;
  readonly offer: readonly string[];
  readonly conceal: readonly string[];
  readonly delay: number;
  readonly tarpit: number | undefined;
  readonly stall: boolean;
  readonly drop: Drop | undefined;
  readonly by: DropManner;
  readonly tls: TlsChanges | undefined;
  readonly scram: ScramLie | undefined;
  readonly greylist: { readonly attempts: number; readonly ms: number } | undefined;
}

/**
 * Looks a fault through.
 *
 * @throws EnvoiError of kind `"configuration"` which names the field that makes no sense, by itself or where the fault
 * strikes.
 */
export function resolveFault(fault: Fault): ResolvedFault {
  const given = fault as Partial<Record<FaultField, unknown>> & Pick<Fault, "at">;
  checkNames(given, fields, (problem) => refuseFault("field", problem));
  oneOf("at", given.at, points);
  const when = resolveCondition(fault.when ?? {});
  for (const [field, places] of Object.entries(placesOf)) {
    if (given[field as FaultField] !== undefined && !places.includes(given.at))
      throw refuseFault(field, `makes sense at ${places.join(", ")} only, not at ${given.at}`);
  }
  const told = effects.filter((name) => given[name] !== undefined && given[name] !== false);
  if (told.length === 0) throw refuseFault("what it does", `is missing: one of ${effects.join(", ")}`);
  const [first, second] = exclusive.filter((name) => given[name] !== undefined);
  if (first !== undefined && second !== undefined) throw refuseFault(second, `contradicts ${first}`);
  if (given.at === "listen") checkListen(given);
  if (wordless.includes(given.at)) {
    for (const name of ["reply", "tarpit"] as const)
      if (given[name] !== undefined) throw refuseFault(name, `nothing is said at ${given.at}`);
  }
  const reply = given.reply === undefined ? undefined : resolveReply("reply", given.reply);
  return {
    at: given.at,
    when,
    times: count("times", given.times, Number.POSITIVE_INFINITY, 1),
    octet: count("octet", given.octet, 0, 0),
    storage: resolveStorage(fault, given.at === "final" && reply?.positive === false),
    reply: reply ?? (given.greylist === undefined ? undefined : greylisted),
    undiscarded: flag("undiscarded", given.undiscarded),
    stays: flag("stays", given.stays),
    raw: given.raw === undefined ? undefined : resolveRaw(given.raw),
    repeat: count("repeat", given.repeat, 1, 1),
    unencrypted: flag("unencrypted", given.unencrypted),
    offer: lines("offer", given.offer),
    conceal: lines("conceal", given.conceal).map((keyword) => keyword.toUpperCase()),
    delay: count("delay", given.delay, 0, 0),
    tarpit: given.tarpit === undefined ? undefined : count("tarpit", given.tarpit, 0, 0),
    stall: flag("stall", given.stall),
    drop: oneOf("drop", given.drop, [undefined, "before", "within", "after"]),
    by: oneOf("by", given.by, [undefined, "fin", "truncate", "rst", "half-close"]) ?? "fin",
    tls: given.tls === undefined ? undefined : resolveTls(given.tls as TlsChanges),
    scram: oneOf("scram", given.scram, [undefined, ...scramLies]),
    greylist: given.greylist === undefined ? undefined : resolveGreylist(given.greylist),
  };
}

/** The reply to EHLO with what the fault offers besides, and without what it conceals. */
export function offering(reply: string, { offer, conceal }: ResolvedFault): string {
  if (offer.length === 0 && conceal.length === 0) return reply;
  const [domain = "", ...keywords] = reply
    .trimEnd()
    .split("\r\n")
    .map((line) => line.slice(4));
  const kept = keywords.filter((line) => !conceal.includes(/^[^ =]*/.exec(line)?.[0].toUpperCase() ?? ""));
  const lines = [domain, ...kept, ...offer];
  return lines.map((line, index) => `250${index === lines.length - 1 ? " " : "-"}${line}\r\n`).join("");
}

type KeysOf<Union> = Union extends unknown ? keyof Union : never;
type FaultField = KeysOf<Fault>;

const fields: readonly FaultField[] = [
  ...(["at", "when", "times", "octet", "reply", "undiscarded", "stays", "raw", "repeat"] as const),
  ...(["unencrypted", "offer", "conceal", "delay", "tarpit", "stall", "drop", "by", "greylist"] as const),
  ...(["keep", "truncate", "rewrite", "strip8bit", "bounce", "tls", "scram"] as const),
];

const effects: readonly FaultField[] = [
  ...(["reply", "raw", "offer", "conceal", "delay", "tarpit", "stall", "drop", "greylist"] as const),
  ...(["keep", "truncate", "rewrite", "strip8bit", "bounce", "tls", "scram"] as const),
];

/** Of these a fault has one. */
const exclusive: readonly FaultField[] = ["reply", "raw", "offer", "stall"];

/** Fields that mean something at some points only. */
const placesOf: Partial<Record<FaultField, readonly FaultPoint[]>> = {
  octet: ["content"],
  keep: ["final"],
  truncate: ["final"],
  rewrite: ["final"],
  strip8bit: ["final"],
  bounce: ["final"],
  tls: ["tls"],
  scram: ["auth"],
  undiscarded: ["bdat"],
  offer: ["ehlo", "lhlo"],
  conceal: ["ehlo", "lhlo"],
  greylist: ["rcpt"],
};

/** Where there is no reply. */
const wordless: readonly FaultPoint[] = ["listen", "connect", "tls", "content"];

const points: readonly FaultPoint[] = [
  "listen",
  ...(["connect", "greeting", "tls", "helo", "ehlo", "lhlo", "starttls", "auth", "auth-response"] as const),
  ...(["mail", "rcpt", "data", "bdat", "content", "final", "rset", "noop", "vrfy", "expn"] as const),
  ...(["help", "quit", "unknown", "error"] as const),
];

/** Who finds nobody to connect to is nobody whom the server could tell from others, or count. */
function checkListen(given: Partial<Record<FaultField, unknown>>): void {
  const allowed = ["at", "drop", "stall"];
  const other = Object.keys(given).find((name) => !allowed.includes(name));
  if (other !== undefined) throw refuseFault(other, "makes no sense at listen: there are drop and stall");
}

const greylisted = Reply.of(450, "4.2.0", "Greylisted, try again later");

function resolveRaw(raw: unknown): readonly Buffer[] {
  return [raw].flat().map((piece) => {
    if (typeof piece === "string") return Buffer.from(piece, "utf8");
    if (piece instanceof Uint8Array) return Buffer.from(piece);
    throw refuseFault("raw", "is a string, octets, or a list of these");
  });
}

function resolveGreylist(greylist: unknown): ResolvedFault["greylist"] {
  if (greylist === true) return { attempts: 1, ms: 0 };
  if (typeof greylist !== "object" || greylist === null)
    throw refuseFault("greylist", "is true, { attempts } or { ms }");
  const { attempts, ms } = greylist as { readonly attempts?: unknown; readonly ms?: unknown };
  if ((attempts === undefined) === (ms === undefined))
    throw refuseFault("greylist", "has either attempts or ms");
  return { attempts: count("greylist.attempts", attempts, 0, 1), ms: count("greylist.ms", ms, 0, 1) };
}
