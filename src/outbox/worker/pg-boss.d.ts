// The types of pg-boss need those of pg, and the outbox uses little of it. tsconfig.json puts this in their place.
/** The class of pg-boss. */
export declare class PgBoss {
  constructor(options: object);
  on(event: "error", listener: (error: unknown) => void): unknown;
  start(): Promise<unknown>;
  stop(options: { graceful: boolean; close: boolean }): Promise<void>;
  createQueue(name: string, options: object): Promise<void>;
  /** Resolves with the id of what takes the jobs. */
  work(name: string, options: object, handler: () => Promise<void>): Promise<string>;
  /** Lets it look for a job at once. */
  notifyWorker(id: string): void;
  /** Resolves with the id of the job, or `null` if there is one already. */
  send(name: string, data: null, options: { singletonSeconds: number }): Promise<string | null>;
}
