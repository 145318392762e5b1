import { Reply } from "../../../protocol/reply.ts";
import { readOptions, refuseOption } from "../../../text/options/option-reader.ts";
import { resolveStorage, type Storage } from "../storage/storage.ts";
import type { Drop, DropManner, Fault, FaultCondition, FaultPoint, ScramLie, TlsChanges } from "./fault.ts";
import { type FaultFields, faultReaders, type Greylist } from "./fault-readers.ts";

/** A fault that was checked, with defaults for the fields that it does not have. */
export interface ResolvedFault {
  readonly at: FaultPoint;
  readonly when: FaultCondition;
  readonly times: number;
  readonly octet: number;
  /** How a message is stored, if the fault says so. */
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
  readonly greylist: Greylist | undefined;
}

/**
 * Checks a fault and applies the defaults.
 *
 * @throws EnvoiError of kind `"configuration"` that names the field which is not valid, alone or at this point.
 */
export function resolveFault(fault: Fault): ResolvedFault {
  const read = readOptions(fault, faultReaders, "fault", ["at"]);
  const { at } = read;
  checkTogether(read, at);
  return {
    at,
    when: read.when ?? {},
    times: read.times ?? Number.POSITIVE_INFINITY,
    octet: read.octet ?? 0,
    storage: resolveStorage(read, at === "final" && read.reply?.positive === false),
    reply: read.reply ?? (read.greylist === undefined ? undefined : greylisted),
    undiscarded: read.undiscarded ?? false,
    stays: read.stays ?? false,
    raw: read.raw,
    repeat: read.repeat ?? 1,
    unencrypted: read.unencrypted ?? false,
    offer: read.offer ?? [],
    conceal: (read.conceal ?? []).map((keyword) => keyword.toUpperCase()),
    delay: read.delay ?? 0,
    tarpit: read.tarpit,
    stall: read.stall ?? false,
    drop: read.drop,
    by: read.by ?? "fin",
    tls: read.tls,
    scram: read.scram,
    greylist: read.greylist,
  };
}

/** Refuses fields that cannot be combined, or not at the point at which the fault strikes. */
function checkTogether(read: FaultFields, at: FaultPoint): void {
  const given = Object.keys(read) as FaultField[];
  for (const name of given) {
    const points = pointsOf[name];
    if (points !== undefined && !points.includes(at))
      throw refuseOption(
        `fault.${name}`,
        `cannot be used at "${at}", only at ${points.map(quoted).join(", ")}`,
      );
  }
  if (!effects.some((name) => read[name] !== undefined && read[name] !== false))
    throw refuseOption("fault", `expected one of ${effects.join(", ")}, got none of them`);
  const [first, second] = exclusive.filter((name) => read[name] !== undefined);
  if (first !== undefined && second !== undefined)
    throw refuseOption(`fault.${second}`, `cannot be used with ${first}`);
  const useless = at === "listen" ? given.find((name) => !listenFields.includes(name)) : undefined;
  if (useless !== undefined)
    throw refuseOption(`fault.${useless}`, 'cannot be used at "listen"', "Use drop or stall");
  const reply = silent.includes(at) ? (["reply", "tarpit"] as const).find((name) => name in read) : undefined;
  if (reply !== undefined)
    throw refuseOption(`fault.${reply}`, `cannot be used at "${at}"`, "The server does not reply there");
}

/** The reply to EHLO with what the fault offers, and without what it conceals. */
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

type FaultField = keyof FaultFields;

/** A fault must have one of these. */
const effects: readonly FaultField[] = [
  ...(["reply", "raw", "offer", "conceal", "delay", "tarpit", "stall", "drop", "greylist"] as const),
  ...(["keep", "truncate", "rewrite", "strip8bit", "bounce", "tls", "scram"] as const),
];

/** A fault may have at most one of these. */
const exclusive: readonly FaultField[] = ["reply", "raw", "offer", "stall"];

/** The points at which a field can be used, if not at all points. */
const pointsOf: Partial<Record<FaultField, readonly FaultPoint[]>> = {
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

/** The points at which the server does not reply. */
const silent: readonly FaultPoint[] = ["listen", "connect", "tls", "content"];

/** The fields that can be used at "listen": the server neither sees nor counts clients that cannot connect. */
const listenFields: readonly FaultField[] = ["at", "drop", "stall"];

const greylisted = Reply.of(450, "4.2.0", "Greylisted, try again later");

function quoted(text: string): string {
  return JSON.stringify(text);
}
