import { callersMistake, EnvoiError } from "../../errors.ts";
import { Reply } from "../../protocol/reply.ts";
import { checkNames } from "../../text/known-names.ts";
import type { Drop, DropManner, Fault, FaultCondition, FaultPoint } from "./fault.ts";

/** A fault that has been looked through, with all that it does side by side. */
export interface SettledFault {
  readonly at: FaultPoint;
  readonly when: FaultCondition;
  readonly times: number;
  readonly octet: number;
  readonly keep: "once" | "never" | "twice" | undefined;
  readonly reply: Reply | undefined;
  readonly undiscarded: boolean;
  /** Packets. */
  readonly raw: readonly Buffer[] | undefined;
  readonly repeat: number;
  readonly offer: readonly string[];
  readonly conceal: readonly string[];
  readonly delay: number;
  readonly tarpit: number | undefined;
  readonly stall: boolean;
  readonly drop: Drop | undefined;
  readonly by: DropManner;
  readonly greylist: { readonly attempts: number; readonly ms: number } | undefined;
}

/**
 * Looks a fault through.
 *
 * @throws EnvoiError of kind `"configuration"` which names the field that makes no sense, by itself or where the fault strikes.
 */
export function settleFault(fault: Fault): SettledFault {
  const given = fault as Partial<Record<FaultField, unknown>> & Pick<Fault, "at">;
  checkNames(given, fields, (problem) => refuse("field", problem));
  oneOf("at", given.at, points);
  const when = settleCondition(fault.when ?? {});
  for (const [field, places] of Object.entries(placesOf)) {
    if (given[field as FaultField] !== undefined && !places.includes(given.at))
      throw refuse(field, `makes sense at ${places.join(", ")} only, not at ${given.at}`);
  }
  const told = effects.filter((name) => given[name] !== undefined && given[name] !== false);
  if (told.length === 0) throw refuse("what it does", `is missing: one of ${effects.join(", ")}`);
  const [first, second] = exclusive.filter((name) => given[name] !== undefined);
  if (first !== undefined && second !== undefined) throw refuse(second, `contradicts ${first}`);
  if (wordless.includes(given.at)) {
    for (const name of ["reply", "tarpit"] as const)
      if (given[name] !== undefined) throw refuse(name, `nothing is said at ${given.at}`);
  }
  const reply = given.reply === undefined ? undefined : settleReply(given.reply);
  return {
    at: given.at,
    when,
    times: number("times", given.times, Number.POSITIVE_INFINITY, 1),
    octet: number("octet", given.octet, 0, 0),
    keep: oneOf("keep", given.keep, [undefined, "once", "never", "twice"]),
    reply: reply ?? (given.greylist === undefined ? undefined : greylisted),
    undiscarded: given.undiscarded === true,
    raw: given.raw === undefined ? undefined : settleRaw(given.raw),
    repeat: number("repeat", given.repeat, 1, 1),
    offer: lines("offer", given.offer),
    conceal: lines("conceal", given.conceal).map((keyword) => keyword.toUpperCase()),
    delay: number("delay", given.delay, 0, 0),
    tarpit: given.tarpit === undefined ? undefined : number("tarpit", given.tarpit, 0, 0),
    stall: given.stall === true,
    drop: oneOf("drop", given.drop, [undefined, "before", "within", "after"]),
    by: oneOf("by", given.by, [undefined, "fin", "rst", "half-close"]) ?? "fin",
    greylist: given.greylist === undefined ? undefined : settleGreylist(given.greylist),
  };
}

/** The reply to EHLO with what the fault offers besides, and without what it conceals. */
export function offering(reply: string, { offer, conceal }: SettledFault): string {
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
  ...(["at", "when", "times", "octet", "keep", "reply", "undiscarded", "raw", "repeat"] as const),
  ...(["offer", "conceal", "delay", "tarpit", "stall", "drop", "by", "greylist"] as const),
];

const effects: readonly FaultField[] = [
  ...(["reply", "raw", "offer", "conceal", "delay", "tarpit", "stall", "drop", "greylist", "keep"] as const),
];

/** Of these a fault has one. */
const exclusive: readonly FaultField[] = ["reply", "raw", "offer", "stall"];

/** Fields that mean something at some points only. */
const placesOf: Partial<Record<FaultField, readonly FaultPoint[]>> = {
  octet: ["content"],
  keep: ["final"],
  undiscarded: ["bdat"],
  offer: ["ehlo", "lhlo"],
  conceal: ["ehlo", "lhlo"],
  greylist: ["rcpt"],
};

/** Where there is no reply. */
const wordless: readonly FaultPoint[] = ["connect", "tls", "content"];

const points: readonly FaultPoint[] = [
  ...(["connect", "greeting", "tls", "helo", "ehlo", "lhlo", "starttls", "auth", "auth-response"] as const),
  ...(["mail", "rcpt", "data", "bdat", "content", "final", "rset", "noop", "vrfy", "expn"] as const),
  ...(["help", "quit", "unknown", "error"] as const),
];

const conditions: readonly (keyof FaultCondition)[] = [
  ...([
    "recipient",
    "sender",
    "connection",
    "secure",
    "test",
    "nth",
    "after",
    "per",
    "chance",
    "seed",
  ] as const),
];

const greylisted = Reply.of(450, "4.2.0", "Greylisted, try again later");

function settleCondition(when: FaultCondition): FaultCondition {
  checkNames(when, conditions, (problem) => refuse("when", problem));
  for (const name of ["recipient", "sender"] as const) {
    const pattern: unknown = when[name];
    if (pattern !== undefined && typeof pattern !== "string" && !(pattern instanceof RegExp))
      throw refuse(`when.${name}`, "is a string or a regular expression");
  }
  number("when.connection", when.connection, 1, 1);
  number("when.nth", when.nth, 1, 1);
  number("when.after", when.after, 0, 0);
  oneOf("when.per", when.per, [undefined, "server", "connection", "transaction"]);
  const { chance = 1, seed = 1, test } = when;
  if (!(chance >= 0 && chance <= 1)) throw refuse("when.chance", `${chance} is not between 0 and 1`);
  if (!Number.isSafeInteger(seed)) throw refuse("when.seed", `${seed} is not a whole number`);
  if (test !== undefined && typeof test !== "function") throw refuse("when.test", "is a function");
  return { ...when };
}

function settleReply(reply: unknown): Reply {
  if (reply instanceof Reply) return reply;
  const all = typeof reply === "string" ? reply.split("\n") : [];
  const match = /^([2-5]\d\d)(?: +([245]\.\d{1,3}\.\d{1,3}))?(?: +(.*))?$/.exec(all[0] ?? "");
  if (match === null)
    throw refuse("reply", `${JSON.stringify(reply)} is no reply: say "450 4.7.1 Later", or use raw`);
  return Reply.of(Number(match[1]), match[2], match[3] ?? "", ...all.slice(1));
}

function settleRaw(raw: unknown): readonly Buffer[] {
  return [raw].flat().map((piece) => {
    if (typeof piece === "string") return Buffer.from(piece, "utf8");
    if (piece instanceof Uint8Array) return Buffer.from(piece);
    throw refuse("raw", "is a string, octets, or a list of these");
  });
}

function settleGreylist(greylist: unknown): SettledFault["greylist"] {
  if (greylist === true) return { attempts: 1, ms: 0 };
  if (typeof greylist !== "object" || greylist === null)
    throw refuse("greylist", "is true, { attempts } or { ms }");
  const { attempts, ms } = greylist as { readonly attempts?: unknown; readonly ms?: unknown };
  if ((attempts === undefined) === (ms === undefined)) throw refuse("greylist", "has either attempts or ms");
  return { attempts: number("greylist.attempts", attempts, 0, 1), ms: number("greylist.ms", ms, 0, 1) };
}

function lines(field: FaultField, value: unknown): readonly string[] {
  if (value === undefined) return [];
  const sound =
    Array.isArray(value) && value.every((line) => typeof line === "string" && !/[\0\r\n]/.test(line));
  if (!sound) throw refuse(field, "is a list of lines");
  return [...(value as string[])];
}

function number(field: string, value: unknown, standard: number, least: number): number {
  if (value === undefined) return standard;
  if (
    typeof value === "number" &&
    value >= least &&
    (Number.isSafeInteger(value) || value === Number.POSITIVE_INFINITY)
  )
    return value;
  throw refuse(field, `${JSON.stringify(value)} is not a whole number of at least ${least}`);
}

function oneOf<T>(field: string, value: unknown, known: readonly T[]): T {
  if (known.includes(value as T)) return value as T;
  const all = known.filter((each) => each !== undefined).join(", ");
  throw refuse(field, `${JSON.stringify(value)} is none of ${all}`);
}

function refuse(field: string, reason: string): EnvoiError {
  return new EnvoiError(`fault: ${field}: ${reason}`, { kind: "configuration", ...callersMistake });
}
