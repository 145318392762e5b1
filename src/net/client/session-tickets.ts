/** What a TLS session is resumed with. */
export interface SessionTicket {
  readonly session: Buffer;
  /** The server's certificate, in DER: it is not shown again. */
  readonly certificate: Buffer;
}

/** Where the ticket of one server is kept. */
export interface TicketPlace {
  get(): SessionTicket | undefined;
  set(ticket: SessionTicket): void;
  /** Something about TLS has gone wrong: no ticket can be trusted, of any server. */
  clear(): void;
}

/**
 * The TLS sessions that one transport can resume, which spares it a round trip or the certificates. A session that is resumed
 * is not verified again, so only those are kept whose certificate, name and pin were found good, and nowhere else.
 */
export class SessionTickets {
  readonly #tickets = new Map<string, SessionTicket>();

  /** The place of a server, as it is connected to and by the name that its certificate has to bear. */
  at(host: string, port: number, name: string): TicketPlace {
    const key = JSON.stringify([host, port, name]);
    return {
      get: () => this.#tickets.get(key),
      set: (ticket) => void this.#tickets.set(key, ticket),
      clear: () => this.#tickets.clear(),
    };
  }
}
