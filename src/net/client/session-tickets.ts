/** What is needed to resume a TLS session. */
export interface SessionTicket {
  readonly session: Buffer;
  /** The server's certificate, in DER: the server does not send it again. */
  readonly certificate: Buffer;
}

/**
 * The TLS sessions that one transport can resume, which saves a round trip or the certificates. A resumed session is
 * not verified again, so a session is kept only if its certificate, name and pin were valid.
 */
export class SessionTickets {
  readonly #tickets: Map<string, SessionTicket> = new Map();
  /** The servers with which a handshake that offered a ticket has failed. */
  readonly #unfit: Set<string> = new Set();

  /** The resumption of sessions with a server, by how it is reached and by the name that its certificate must have. */
  at(host: string, port: number, name: string): Resumption {
    return new Resumption(this.#tickets, this.#unfit, JSON.stringify([host, port, name]));
  }
}

/** The tickets of one opening of a connection. */
export class Resumption {
  readonly #tickets: Map<string, SessionTicket>;
  readonly #unfit: Set<string>;
  readonly #key: string;
  /** Whether a ticket was offered, and the server has not answered since. */
  #shown = false;

  /** @internal {@link SessionTickets.at} makes them. */
  constructor(tickets: Map<string, SessionTicket>, unfit: Set<string>, key: string) {
    this.#tickets = tickets;
    this.#unfit = unfit;
    this.#key = key;
  }

  /** The ticket to offer in the next handshake. */
  show(): SessionTicket | undefined {
    const ticket = this.#tickets.get(this.#key);
    this.#shown = ticket !== undefined;
    return ticket;
  }

  /**
   * Records that the server continues: what fails from now on, also the check of the certificate, is not because of the
   * ticket.
   */
  completed(): void {
    this.#shown = false;
  }

  /** Keeps a ticket for the next connection. */
  keep(ticket: SessionTicket): void {
    if (!this.#unfit.has(this.#key)) this.#tickets.set(this.#key, ticket);
  }

  /** Forgets the tickets of all servers, because something about TLS went wrong. */
  distrust(): void {
    this.#tickets.clear();
  }

  /**
   * Whether the failed handshake had offered a ticket: it may succeed without one. Some load balancers have servers
   * that do not know each other's tickets, and fail instead of ignoring them; such a server is offered none again.
   */
  blamed(): boolean {
    if (!this.#shown) return false;
    this.#shown = false;
    this.#tickets.delete(this.#key);
    this.#unfit.add(this.#key);
    return true;
  }
}
