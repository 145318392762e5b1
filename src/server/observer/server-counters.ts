/** What a server has counted since it started. The fields are plain, because they change with each mail. */
export class ServerCounters {
  /** Connections that were accepted by the system. */
  connections = 0;
  /** Messages that were accepted. */
  mails = 0;
  /** The bytes of these messages, as they came, without dots and chunk headers. */
  octets = 0;
  /** How often a client was refused, by reason. */
  readonly refused: Map<string, number> = new Map();

  /** Counts a refusal. */
  refuse(reason: string): void {
    this.refused.set(reason, (this.refused.get(reason) ?? 0) + 1);
  }
}
