import type { Session } from "../../server/connection/session.ts";
import { type Finding, type FindingRule, findingRules } from "../../testing/findings/finding.ts";
import type { Transcript, TranscriptLine } from "../../testing/transcripts/transcript.ts";

/** Who was connected. */
export interface SessionJson {
  readonly id: string;
  readonly connectedAt: string;
  readonly address: string;
  readonly hello?: string;
  readonly user?: string;
  readonly mechanism?: string;
  readonly tls?: string;
}

/** A connection in a list. */
export interface ConnectionJson extends SessionJson {
  readonly closed: boolean;
  readonly roundTrips: number;
  readonly lines: number;
}

/** All that was said on a connection. */
export interface TranscriptJson extends Omit<ConnectionJson, "lines"> {
  readonly dropped: number;
  readonly text: string;
  readonly lines: readonly TranscriptLine[];
}

/** A violation of a rule by a client. */
export interface FindingJson {
  readonly rule: FindingRule;
  /** What the rule says, with the section of its RFC. */
  readonly about: string;
  readonly text: string;
  readonly command: string;
  /** The number of the connection. */
  readonly connection: number;
  readonly session: SessionJson;
}

/** Describes who was connected. */
export function sessionJson(session: Session): SessionJson {
  const { id, connectedAt, remoteAddress, hello, authenticated, tls } = session;
  return {
    id,
    connectedAt: connectedAt.toISOString(),
    address: remoteAddress,
    ...(hello && { hello: hello.name }),
    ...(authenticated && { user: authenticated.user, mechanism: authenticated.mechanism }),
    ...(tls && { tls: tls.protocol }),
  };
}

/** Describes a violation. */
export function findingJson({ rule, text, connection, command, session }: Finding): FindingJson {
  return { rule, about: findingRules[rule], text, command, connection, session: sessionJson(session) };
}

/** Describes a connection. */
export function connectionJson({ session, lines, closed, roundTrips }: Transcript): ConnectionJson {
  return { ...sessionJson(session), closed, roundTrips, lines: lines.length };
}

/** Describes a connection, with its lines. */
export function transcriptJson(transcript: Transcript): TranscriptJson {
  const { lines, dropped } = transcript;
  return { ...connectionJson(transcript), dropped, text: transcript.toString(), lines: [...lines] };
}
