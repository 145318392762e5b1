/** The counters of a server since its start. The fields are plain, because they change with each mail. */
export class ServerCounters {
  /** Connections that the system accepted. */
  connections = 0;
  /** Messages that were accepted. */
  mails = 0;
  /** The bytes of these messages, as they were sent, without doubled dots and chunk headers. */
  octets = 0;
  /** How often a client was refused, by reason. */
  readonly refused: Map<string, number> = new Map();

  /** Counts a refusal. */
  refuse(reason: string): void {
    this.refused.set(reason, (this.refused.get(reason) ?? 0) + 1);
  }
}
