/** What a contender is to do. */
export interface Course {
  /** On 127.0.0.1. */
  readonly port: number;
  /** The file of the authority to trust, PEM, where TLS begins with the first octet. */
  readonly ca?: string | undefined;
  readonly connections: number;
  /** How many mails are under way at any time, where a contender can do with so many: they keep every pool busy. */
  readonly underWay: number;
  /** So long it sends before it is measured, in seconds; longer, up to ten times, until it has sent `warmUpMails`. */
  readonly warmUp: number;
  readonly warmUpMails: number;
  /** So long it is measured. */
  readonly seconds: number;
  /** Present if a whole process is measured, from its start: how many mails it sends. */
  readonly whole?: number | undefined;
}

/** Where mails go, and how. */
export interface Track {
  readonly target: "smtp-sink" | "SmtpServer" | "Postfix";
  readonly tls: boolean;
  /** Milliseconds that the relay adds to a round trip; with 0 there is none in between. */
  readonly delay: 0 | 50 | 200;
  readonly connections: 1 | 4;
}

/** Every track there is; smtp-sink knows no TLS. */
export const tracks: readonly Track[] = ([0, 50, 200] as const).flatMap((delay) =>
  (["smtp-sink", "SmtpServer", "Postfix"] as const).flatMap((target) =>
    (target === "smtp-sink" ? [false] : [false, true]).flatMap((tls) =>
      ([1, 4] as const).map((connections): Track => ({ target, tls, delay, connections })),
    ),
  ),
);

/** In words, and without the delay, which the table is of. */
export function nameOf({ target, tls, connections }: Track): string {
  return `${target}${tls ? ", TLS" : ""}, ${connections} connection${connections === 1 ? "" : "s"}`;
}
