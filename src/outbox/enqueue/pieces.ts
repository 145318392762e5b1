import { createHash } from "node:crypto";
import type { Statements } from "../database/database.ts";

/** Octets that mails share: a row of the table `piece`. */
export interface Piece {
  readonly hash: string;
  readonly octets: Buffer;
  /** Where it belongs: how many octets of the mail's own come before it. */
  readonly position: number;
}

/** The octets of a mail, with the large bodies of its parts taken out. */
export interface CutContent {
  readonly own: Buffer;
  readonly pieces: readonly Piece[];
}

/** A body of at least this many octets is stored as pieces. */
const least = 32_768;
/** A piece has at most this many octets. So a worker needs little memory for a large mail. */
const most = 1_048_576;

/**
 * Takes the large bodies out of a mail. It cuts at lines that begin with two hyphens, as boundaries do, so that the
 * same attachment gives the same pieces in every mail, whatever its boundaries are.
 */
export function cut(octets: Buffer): CutContent {
  if (octets.length < least) return { own: octets, pieces: [] };
  const own: Buffer[] = [];
  const pieces: Piece[] = [];
  let position = 0;
  let begin = 0;
  while (begin < octets.length) {
    const next = octets.indexOf("\r\n--", begin + 4);
    const end = next === -1 ? octets.length : next;
    const head = octets.indexOf("\r\n\r\n", begin);
    const body = head === -1 || head + 4 > end ? begin : head + 4;
    const kept = end - body < least ? octets.subarray(begin, end) : octets.subarray(begin, body);
    own.push(kept);
    position += kept.length;
    if (end - body >= least)
      for (let at = body; at < end; at += most)
        pieces.push({ ...hashed(octets.subarray(at, Math.min(end, at + most))), position });
    begin = end;
  }
  return { own: Buffer.concat(own), pieces };
}

function hashed(octets: Buffer): { hash: string; octets: Buffer } {
  return { hash: createHash("sha256").update(octets).digest("base64url"), octets };
}

/**
 * Stores pieces that are not there yet, and returns their ids, in order.
 *
 * Run it outside the transaction of an order: two orders with the same new attachment would otherwise wait for each
 * other.
 */
export async function storePieces(
  statements: Statements,
  schema: string,
  pieces: readonly Piece[],
): Promise<readonly string[]> {
  const ids = new Map<string, string>();
  // One order for all, so that no two wait for each other.
  for (const { hash, octets } of pieces.toSorted((a, b) => (a.hash < b.hash ? -1 : 1))) {
    if (ids.has(hash)) continue;
    ids.set(hash, (await find(statements, schema, hash)) ?? (await insert(statements, schema, hash, octets)));
  }
  return pieces.map(({ hash }) => ids.get(hash) ?? "");
}

/**
 * Its use is noted now and then only, because each note is a write to a row that many orders share; but often enough
 * that `Upkeep.forget`, which spares what was used in the last ten seconds, leaves it for the mail that is about to
 * need it.
 */
async function find(statements: Statements, schema: string, hash: string): Promise<string | undefined> {
  const [row] = await statements.query(
    `select id::text as id, used > now() - interval '5 seconds' as fresh from ${schema}.piece where hash = $1::text`,
    [hash],
  );
  if (row === undefined || row["fresh"] === true) return row === undefined ? undefined : String(row["id"]);
  const [noted] = await statements.query(
    `update ${schema}.piece set used = now() where hash = $1::text returning id::text as id`,
    [hash],
  );
  return noted === undefined ? undefined : String(noted["id"]);
}

async function insert(statements: Statements, schema: string, hash: string, octets: Buffer): Promise<string> {
  const [row] = await statements.query(
    `insert into ${schema}.piece (hash, octets) values ($1::text, $2::bytea)
     on conflict (hash) do update set used = now() returning id::text as id`,
    [hash, octets],
  );
  return String(row?.["id"]);
}
