import process from "node:process";
import { Address } from "../address/address.ts";
import { misconfigured } from "../errors.ts";
import type { FeedbackSource } from "../feedback/report-source.ts";
import { abortSignal, listOf, oneOf, wholeNumber } from "../text/options/option-kinds.ts";
import { type OptionReaders, readOptions, wrongOption } from "../text/options/option-reader.ts";
import { Changes } from "./change/changes.ts";
import type { Database, Row, Statements } from "./database/database.ts";
import { Embedded } from "./database/embedded.ts";
import { openDatabase } from "./database/open-database.ts";
import { checkPackage } from "./database/optional-package.ts";
import { type BulkItem, enqueueAll } from "./enqueue/bulk.ts";
import { type EnqueueOptions, readEnqueueOptions } from "./enqueue/enqueue-options.ts";
import { type Enqueued, Enqueuer } from "./enqueue/enqueuer.ts";
import type { OutboxMessage } from "./enqueue/rendered.ts";
import { readVia, type Via } from "./enqueue/via.ts";
import { mailId } from "./mail-id.ts";
import { type OutboxOptions, type ReadOutboxOptions, readOutboxOptions } from "./options.ts";
import type { OutboxEvent, OutboxMail } from "./outbox-mail.ts";
import { lend, type OutboxTransaction } from "./outbox-transaction.ts";
import { type EventsOptions, events } from "./reading/events.ts";
import { type ListOptions, Reader } from "./reading/reader.ts";
import { type OutboxStatus, status } from "./reading/status.ts";
import { Schema } from "./schema/schema.ts";
import { ReturnPaths } from "./suppressions/return-path.ts";
import { type FeedbackResult, type ReportAuthentication, Returns } from "./suppressions/returns.ts";
import { Suppressions } from "./suppressions/suppressions.ts";
import { RunningWorker } from "./worker/running-worker.ts";
import { untilTerminated } from "./worker/termination.ts";
import type { Worker, WorkOptions } from "./worker/worker.ts";

/**
 * Mail that is not lost: it is written into a database, in your own transaction, and any number of workers send it.
 *
 * @example
 * ```ts
 * await using outbox = await Outbox.open({ database: { folder: "outbox" }, transport });
 * await outbox.enqueue({ from: "shop@example.com", to: "a@example.org", subject: "Receipt", text: "Thank you." });
 * await using worker = outbox.work();
 * ```
 */
export class Outbox implements AsyncDisposable {
  /** The addresses that get no mail. */
  readonly suppressions: Suppressions;
  readonly #database: Database;
  readonly #schema: Schema;
  readonly #options: ReadOutboxOptions;
  readonly #enqueuer: Enqueuer;
  readonly #reader: Reader;
  readonly #changes: Changes;
  readonly #paths: ReturnPaths;
  readonly #returns: Returns;
  readonly #workers = new Set<RunningWorker>();
  /** Why no worker can run here. */
  readonly #unable: unknown;
  #closing: Promise<void> | undefined;

  private constructor(database: Database, schema: Schema, options: ReadOutboxOptions, unable: unknown) {
    this.#unable = unable;
    this.#database = database;
    this.#schema = schema;
    this.#options = options;
    this.#enqueuer = new Enqueuer(database, schema, options);
    this.#reader = new Reader(database, schema);
    this.#changes = new Changes(database, schema, options.notify);
    this.suppressions = new Suppressions(database, schema);
    this.#paths = new ReturnPaths(options.bounces, options.schema);
    this.#returns = new Returns(database, schema, this.suppressions, this.#paths, options.suppress);
  }

  /**
   * Opens an outbox, and makes or changes its tables if needed.
   *
   * @throws EnvoiError of kind `"configuration"` about an option, a missing package, a database of a newer version or
   * missing rights; of kind `"connection"` if the database cannot be reached.
   */
  static async open(given: OutboxOptions): Promise<Outbox> {
    refuseOldNode(process.versions.node);
    const options = readOutboxOptions(given);
    // Whoever only enqueues does not need pg-boss, so it is work() that throws.
    const unable = await checkPackage("pg-boss", "work", 12).catch((error) => error);
    const database = await openDatabase(options.database);
    try {
      const schema = new Schema(options.schema);
      await schema.prepare(database, options.migrate);
      return new Outbox(database, schema, options, unable);
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  /** The statements that make the tables in an empty database, for a role that may not do it itself. */
  static sql(schema: string = "envoi"): string {
    return new Schema(readOutboxOptions({ database: { folder: "." }, schema }).schema).sql;
  }

  /**
   * Enqueues a mail. Everything is checked before the first statement, so a mail that is refused leaves your
   * transaction as it was. The mail is rendered now and sent with these bytes, however often it is tried; files and
   * streams are read now.
   *
   * @throws AddressError or MessageError about the mail; EnvoiError of kind `"configuration"` about an option, or if
   * the key belongs to a mail with other content; of kind `"content"` if a file or a stream cannot be read.
   */
  async enqueue(message: OutboxMessage, options: EnqueueOptions = {}): Promise<Enqueued> {
    const read = readEnqueueOptions(options);
    return this.#enqueuer.enqueue(await this.#enqueuer.prepare(message, read), read.via);
  }

  /**
   * Enqueues many mails: messages, or objects `{ message, ...options }`, whose options count over those of the call.
   * They are written in groups. With `via` all are in your transaction; without it an error leaves the groups before it
   * enqueued, so give each mail a key to continue.
   */
  async enqueueAll(
    items: Iterable<BulkItem> | AsyncIterable<BulkItem>,
    options: EnqueueOptions = {},
  ): Promise<{ readonly enqueued: number; readonly duplicates: number }> {
    return enqueueAll(this.#enqueuer, items, options);
  }

  /**
   * Runs work in a transaction on the outbox's own database: pass what it gets as `via`. With PGlite, this is how an
   * application and its outbox share a transaction.
   *
   * @example
   * ```ts
   * async function order(outbox: Outbox, item: string, receipt: Message): Promise<void> {
   *   await outbox.transaction(async (transaction) => {
   *     await transaction.query("insert into orders (item) values ($1)", [item]);
   *     await outbox.enqueue(receipt, { via: transaction });
   *   });
   * }
   * ```
   */
  async transaction<T>(work: (transaction: OutboxTransaction) => Promise<T>): Promise<T> {
    const run = (statements: Statements): Promise<T> => lend(statements, work);
    return this.#database instanceof Embedded
      ? this.#database.callersTransaction(run)
      : this.#database.transaction(run);
  }

  /**
   * Runs one statement on the outbox's own database.
   *
   * @throws EnvoiError of kind `"configuration"` or `"connection"`.
   */
  async query(text: string, values?: readonly unknown[]): Promise<{ rows: Record<string, unknown>[] }> {
    const rows: readonly Row[] = await this.#database.query(text, values);
    return { rows: [...rows] };
  }

  /**
   * Sends mails until it is stopped. Any number of processes may work at once. A SIGTERM stops it first and ends the
   * process then.
   *
   * @throws EnvoiError of kind `"configuration"` if the outbox has no transport, pg-boss is not installed or older than
   * 12, or about an option.
   */
  work(options: WorkOptions = {}): Worker {
    const { concurrency = 32, signal } = readOptions(options, workReaders);
    const { transport } = this.#options;
    if (transport === undefined)
      throw misconfigured("transport: expected a Transport, got none. Pass it to Outbox.open");
    if (this.#closing !== undefined) throw misconfigured("work: the outbox is closed");
    if (this.#unable !== undefined) throw this.#unable;
    const tools = {
      database: this.#database,
      schema: this.#schema,
      options: this.#options,
      paths: this.#paths,
    };
    const worker = new RunningWorker({ ...tools, transport, concurrency });
    this.#workers.add(worker);
    untilTerminated(worker, signal, () => this.#workers.delete(worker));
    return worker;
  }

  /** The mail with an id; with `via` also one that your transaction has enqueued. */
  async find(id: string, { via }: { readonly via?: Via | undefined } = {}): Promise<OutboxMail | undefined> {
    return this.#reader.find(
      mailId(id, "id"),
      via === undefined ? this.#database : readVia(via, "via", false),
    );
  }

  /** The mails that fit the options, in the order in which they were enqueued. */
  list(options: ListOptions = {}): AsyncIterable<OutboxMail> {
    return this.#reader.list(options);
  }

  /**
   * Takes a mail back that waits. Returns whether it did: a mail that was handed to the transport cannot be taken back.
   */
  async cancel(id: string): Promise<boolean> {
    return this.#changes.cancel(mailId(id, "id"));
  }

  /**
   * Lets a mail be sent again, with the same bytes, that has ended or is unknown: to `recipients`, or to all that it
   * was not sent to. Returns whether anything waits again.
   *
   * @throws EnvoiError of kind `"configuration"` if its content was deleted, or an address is not one of its
   * recipients.
   */
  async resend(
    id: string,
    { recipients }: { readonly recipients?: readonly (string | Address)[] | undefined } = {},
  ): Promise<boolean> {
    const only = recipients === undefined ? undefined : listOf(address)(recipients, "recipients");
    return this.#changes.resend(mailId(id, "id"), only);
  }

  /**
   * Says what became of a mail that is unknown, after somebody has found out: `"sent"`, or `"not-sent"`, and then it is
   * sent. Returns whether it was unknown.
   */
  async settle(id: string, outcome: "sent" | "not-sent"): Promise<boolean> {
    return this.#changes.settle(mailId(id, "id"), oneOf(["sent", "not-sent"] as const)(outcome, "outcome"));
  }

  /**
   * What happens to mails from now on, in all processes, until `signal` aborts.
   *
   * @throws EnvoiError of kind `"configuration"` about an option.
   */
  events(options: EventsOptions = {}): AsyncIterable<OutboxEvent> {
    return events(this.#database, this.#schema, options);
  }

  /**
   * Takes a mail that came back: a bounce, a complaint, an automatic reply. It is recorded with the mail that it is
   * about. An address that is bad for every mail, or whose owner complained, gets no mail any more; one that cannot
   * take mail for now, after several mails.
   *
   * Everything in a mail can be forged, so an address is suppressed only if the report came to the sender address of
   * the very mail (option `bounces`), or if it is a complaint and DMARC passed for it.
   *
   * @param raw the whole mail
   * @param options `authentication`: what `authenticate` of `envoi/verify` found for this mail
   * @throws EnvoiError of kind `"content"` if a stream fails, of kind `"configuration"` or `"connection"`.
   */
  async feedback(
    raw: FeedbackSource,
    { authentication }: { readonly authentication?: ReportAuthentication | undefined } = {},
  ): Promise<FeedbackResult> {
    return this.#returns.take(raw, authentication);
  }

  /** Counts the mails, and names the workers. It reads the whole table. */
  async status(): Promise<OutboxStatus> {
    return status(this.#database, this.#schema);
  }

  /** Stops the workers of this object and closes what it opened; not the transport, nor a Pool that it was given. */
  async close(): Promise<void> {
    this.#closing ??= (async () => {
      await Promise.all([...this.#workers].map((worker) => worker.stop()));
      await this.#database.close();
    })();
    return this.#closing;
  }

  /** Closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

const workReaders: OptionReaders<WorkOptions> = { concurrency: wholeNumber(1, 10_000), signal: abortSignal };

function address(value: unknown, field: string): string {
  if (typeof value === "string") return Address.parse(value).toString();
  if (Address.is(value)) return value.toString();
  throw wrongOption(field, "an address", value);
}

/** pg-boss and others need it. */
function refuseOldNode(node: string): void {
  const [major = 0, minor = 0] = node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 12)) return;
  throw misconfigured(`envoi/outbox: expected Node.js 22.12 or later, got ${node}: install a newer Node.js`);
}
