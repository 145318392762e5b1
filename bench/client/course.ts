/** The task of a contender. */
export interface Course {
  /** On 127.0.0.1. */
  readonly port: number;
  /** The file of the authority to trust, in PEM; set if TLS begins with the first byte. */
  readonly ca?: string | undefined;
  readonly connections: number;
  /** How many mails are under way at any time, if the contender can use that many: enough to keep every pool busy. */
  readonly underWay: number;
  /** How long it sends before it is measured, in seconds; up to ten times as long, until it has sent `warmUpMails`. */
  readonly warmUp: number;
  readonly warmUpMails: number;
  /** How long it is measured, in seconds. */
  readonly seconds: number;
  /** Set if a whole process is measured, from its start: how many mails it sends. */
  readonly whole?: number | undefined;
}

/** Where and how mails are sent. */
export interface Track {
  readonly target: "smtp-sink" | "SmtpServer" | "Postfix";
  readonly tls: boolean;
  /** Milliseconds that the relay adds to a round trip; 0 means no relay. */
  readonly delay: 0 | 50 | 200;
  readonly connections: 1 | 4;
}

/** All tracks; smtp-sink does not support TLS. */
export const tracks: readonly Track[] = ([0, 50, 200] as const).flatMap((delay) =>
  (["smtp-sink", "SmtpServer", "Postfix"] as const).flatMap((target) =>
    (target === "smtp-sink" ? [false] : [false, true]).flatMap((tls) =>
      ([1, 4] as const).map((connections): Track => ({ target, tls, delay, connections })),
    ),
  ),
);

/** The name without the delay, because each table is for one delay. */
export function nameOf({ target, tls, connections }: Track): string {
  return `${target}${tls ? ", TLS" : ""}, ${connections} connection${connections === 1 ? "" : "s"}`;
}
