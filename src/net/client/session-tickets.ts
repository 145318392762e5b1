/** What a TLS session is resumed with. */
export interface SessionTicket {
  readonly session: Buffer;
  /** The server's certificate, in DER: it is not shown again. */
  readonly certificate: Buffer;
}

/**
 * The TLS sessions that one transport can resume, which spares it a round trip or the certificates. A session that is
 * resumed is not verified again, so only those are kept whose certificate, name and pin were found good, and nowhere
 * else.
 */
export class SessionTickets {
  readonly #tickets: Map<string, SessionTicket> = new Map();
  /** The servers with which a handshake has failed that showed a ticket. */
  readonly #unfit: Set<string> = new Set();

  /** The resumption with a server, as it is connected to and by the name that its certificate has to bear. */
  at(host: string, port: number, name: string): Resumption {
    return new Resumption(this.#tickets, this.#unfit, JSON.stringify([host, port, name]));
  }
}

/** What one opening of a connection has to do with tickets. */
export class Resumption {
  readonly #tickets: Map<string, SessionTicket>;
  readonly #unfit: Set<string>;
  readonly #key: string;
  /** A ticket was shown, and the server has not said anything since. */
  #shown = false;

  /** @internal {@link SessionTickets.at} makes them. */
  constructor(tickets: Map<string, SessionTicket>, unfit: Set<string>, key: string) {
    this.#tickets = tickets;
    this.#unfit = unfit;
    this.#key = key;
  }

  /** The ticket to show in the handshake that begins now. */
  show(): SessionTicket | undefined {
    const ticket = this.#tickets.get(this.#key);
    this.#shown = ticket !== undefined;
    return ticket;
  }

  /**
   * The server goes on: what goes wrong from now on is not the ticket's doing. Nor is what the certificate is refused
   * for.
   */
  completed(): void {
    this.#shown = false;
  }

  /** Keeps a ticket for the next connection. */
  keep(ticket: SessionTicket): void {
    if (!this.#unfit.has(this.#key)) this.#tickets.set(this.#key, ticket);
  }

  /** Something about TLS has gone wrong: no ticket can be trusted, of any server. */
  distrust(): void {
    this.#tickets.clear();
  }

  /**
   * Whether a handshake that failed had shown a ticket: it may pass without. Behind some load balancers are servers
   * that do not know each other's tickets, and do not go on as if there were none; so none is shown there again.
   */
  blamed(): boolean {
    if (!this.#shown) return false;
    this.#shown = false;
    this.#tickets.delete(this.#key);
    this.#unfit.add(this.#key);
    return true;
  }
}
