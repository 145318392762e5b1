/** A row as the drivers give it. Statements cast what drivers read differently, such as bigint, to text. */
export type Row = Readonly<Record<string, unknown>>;

/** Runs statements: in a transaction, or each as a transaction of its own. */
export interface Statements {
  /** Runs one statement with `$1` ... and returns its rows. */
  query(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
}

/** What is told of a connection that listens. */
export interface ListeningHandlers {
  /** A notification came. */
  onNotification(payload: string): void;
  /** The connection was lost; nothing more comes. */
  onEnd(): void;
}

/** The engine under an outbox: a pool of connections to PostgreSQL, or PGlite in this process. */
export interface Database extends Statements {
  /** Whether pieces must be written inside the transaction of the caller, because there is one connection only. */
  readonly single: boolean;
  /**
   * Runs one statement that changes what is known of mails, and gives it up after `timeout` ms: its connection is
   * closed then, because nobody knows whether it was carried out.
   */
  within(timeout: number, text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /**
   * The same database, whose statements are given up like that after `timeout` ms, or when `signal` aborts: a
   * connection may be lost without a word. Transactions are not given up.
   */
  bounded(timeout: number, signal?: AbortSignal): Database;
  /** Runs statements without values, which may begin and commit transactions, and returns the rows of all. */
  script(text: string): Promise<readonly Row[]>;
  /** Runs work in a transaction, which is committed if it resolves and rolled back if it rejects. */
  transaction<T>(work: (transaction: Statements) => Promise<T>): Promise<T>;
  /** Listens on a channel until the returned function is called. */
  listen(channel: string, handlers: ListeningHandlers): Promise<() => Promise<void>>;
  /** Closes what this object opened itself. */
  close(): Promise<void>;
}
