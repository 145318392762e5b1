import { misconfigured } from "../errors.ts";
import type { BounceAddress } from "../feedback/bounce-address.ts";
import {
  duration,
  flag,
  group,
  milliseconds,
  objectWith,
  record,
  text,
  wholeNumber,
} from "../text/options/option-kinds.ts";
import { type OptionReaders, readOptions, refuseOption, wrongOption } from "../text/options/option-reader.ts";
import type { Transport } from "../transport/transport.ts";
import type { EmbeddedDatabase } from "./database/embedded.ts";
import type { PostgresPool } from "./database/postgres.ts";

/** The options of `Outbox.open`. */
export interface OutboxOptions {
  /**
   * The database: the URL of a PostgreSQL (`postgres://user:password@host/name`), a Pool of `pg`, a folder for PGlite,
   * which is PostgreSQL inside this process, or a PGlite that is open. The package `pg` or `@electric-sql/pglite` must
   * be installed.
   */
  readonly database: string | URL | PostgresPool | EmbeddedDatabase | { readonly folder: string };
  /** What sends the mails; needed by `work`. It stays open when the outbox closes. */
  readonly transport?: Transport | undefined;
  /** The schema of the tables; `"envoi"` by default. */
  readonly schema?: string | undefined;
  /** Whether to make and change the tables when needed; true by default. With `false` they are only checked. */
  readonly migrate?: boolean | undefined;
  /**
   * Whether enqueueing wakes workers that sleep, by NOTIFY; true by default. With `false` workers find new mails by
   * looking for them, within a second. `PREPARE TRANSACTION` needs `false`.
   */
  readonly notify?: boolean | undefined;
  /** How long to keep what. */
  readonly keep?: KeepOptions | undefined;
  /** How long, and how often, a mail is tried. */
  readonly retry?: RetryOptions | undefined;
  /**
   * Milliseconds after which a worker that gives no sign of life is taken for dead; 30,000 by default. What it was
   * sending becomes unknown then.
   */
  readonly lease?: number | undefined;
  /** How fast mails are sent, over all workers together. */
  readonly rates?: OutboxRates | undefined;
  /**
   * Makes the senders of envelopes, a different one for each mail, so that `feedback` knows which mail a bounce is
   * about. Without it mails go out with their own sender, and no bounce suppresses anybody. Every process needs the
   * same.
   */
  readonly bounces?: BounceAddress | undefined;
  /** When an address gets no mail any more because of what came back. */
  readonly suppress?: SuppressOptions | undefined;
}

/**
 * When an address gets no mail any more. One that is bad, or whose owner complained, gets none at once and for good.
 */
export interface SuppressOptions {
  /** After how many mails that bounced for the time being; 5 by default. */
  readonly softBounces?: number | undefined;
  /** Within how many milliseconds; 14 days by default. */
  readonly within?: number | undefined;
  /** For how many milliseconds then; 30 days by default. */
  readonly softFor?: number | undefined;
}

/** How long things are kept after a mail is finished. */
export interface KeepOptions {
  /** Milliseconds for which contents and transcripts are kept; a day by default. */
  readonly content?: number | undefined;
  /** Milliseconds for which the record is kept, with recipients and key; 30 days by default. */
  readonly record?: number | undefined;
}

/** How long, and how often, a mail is tried that was not sent or was refused for now. */
export interface RetryOptions {
  /** Milliseconds after its first time; two days by default. */
  readonly for?: number | undefined;
  /** Milliseconds before the second attempt; 30 s by default. Each wait is twice the one before. */
  readonly first?: number | undefined;
  /** The longest wait in milliseconds; an hour by default. */
  readonly longest?: number | undefined;
}

/** A limit to the speed: within any `interval`, whenever it begins, at most this many mails. */
export interface OutboxRate {
  /** Mails. */
  readonly messages: number;
  /** Milliseconds. */
  readonly interval: number;
}

/** The limits to the speed, over all workers together. */
export interface OutboxRates {
  /** Of all mails. */
  readonly relay?: OutboxRate | undefined;
  /** Of each tenant. */
  readonly tenant?: OutboxRate | undefined;
  /** Of the mails with a recipient in a domain: `{ "example.com": { messages: 10, interval: 1000 } }`. */
  readonly domain?: Readonly<Record<string, OutboxRate>> | undefined;
}

/** The options with their defaults. */
export interface ReadOutboxOptions {
  readonly database: Exclude<OutboxOptions["database"], URL>;
  readonly transport: Transport | undefined;
  readonly schema: string;
  readonly migrate: boolean;
  readonly notify: boolean;
  readonly keep: Complete<KeepOptions>;
  readonly retry: Complete<RetryOptions>;
  readonly lease: number;
  readonly rates: OutboxRates;
  readonly bounces: BounceAddress | undefined;
  readonly suppress: Complete<SuppressOptions>;
}

type Complete<Options> = { readonly [Name in keyof Options]-?: Exclude<Options[Name], undefined> };

/** Reads the options of `Outbox.open`. @throws EnvoiError of kind `"configuration"` that names the option. */
export function readOutboxOptions(given: OutboxOptions): ReadOutboxOptions {
  const read = readOptions(given, readers, undefined, ["database"]);
  const { database, transport, schema = "envoi", migrate = true, notify = true } = read;
  const { keep = {}, retry = {}, lease = 30_000, rates = {}, bounces, suppress = {} } = read;
  const { softBounces = 5, within = 14 * day, softFor = 30 * day } = suppress;
  const { content = day, record: whole = 30 * day } = keep;
  const { for: time = 2 * day, first = 30_000, longest = 3_600_000 } = retry;
  return {
    // Its reader has made a text of a URL.
    database: database as ReadOutboxOptions["database"],
    transport,
    schema,
    migrate,
    notify,
    lease,
    rates,
    bounces,
    suppress: { softBounces, within, softFor },
    keep: { content, record: whole },
    retry: { for: time, first, longest },
  };
}

const day = 86_400_000;

const rate = group<OutboxRate>({ messages: wholeNumber(1, 100_000), interval: duration() }, [
  "messages",
  "interval",
]);

const readers: OptionReaders<OutboxOptions> = {
  database: readDatabase,
  transport(value, field) {
    const { sendRaw } = Object(value);
    if (typeof sendRaw === "function") return value as Transport;
    throw wrongOption(field, "a Transport, such as SmtpTransport.fromUrl(url).build()", value);
  },
  schema(value, field) {
    if (typeof value === "string" && /^[a-z_][a-z0-9_]{0,39}$/.test(value)) {
      if (!value.endsWith("_boss")) return value;
      throw refuseOption(
        field,
        `expected a name that does not end in _boss, got ${value}: pg-boss has its tables there`,
      );
    }
    throw wrongOption(field, "1 to 40 lower-case letters, digits and underscores", value);
  },
  migrate: flag,
  notify: flag,
  keep: group<KeepOptions>({ content: duration(0), record: duration(0) }),
  retry: group<RetryOptions>({ for: duration(0), first: duration(), longest: duration() }),
  lease: milliseconds(1000),
  bounces: objectWith<BounceAddress>("read"),
  suppress: group<SuppressOptions>({
    softBounces: wholeNumber(1, 1000),
    within: duration(),
    softFor: duration(),
  }),
  rates: group<OutboxRates>({
    relay: rate,
    tenant: rate,
    domain: (value, field) =>
      Object.fromEntries(
        Object.entries(record(rate)(value, field)).map(([domain, each]) => [domain.toLowerCase(), each]),
      ),
  }),
};

function readDatabase(value: unknown, field: string): ReadOutboxOptions["database"] {
  if (typeof value === "string" || value instanceof URL) return databaseUrl(String(value), field);
  const { query, folder } = Object(value);
  // A Client has one connection, which a worker would wait for.
  if ("connectionParameters" in Object(value)) throw wrongOption(field, "a Pool of pg, not a Client", value);
  if (typeof query === "function") return value as PostgresPool;
  if (typeof folder === "string") return { folder: text(folder, `${field}.folder`) };
  throw wrongOption(field, "a URL, a Pool of pg, or { folder }", value);
}

/** The URL may hold a password, so it is not shown. */
function databaseUrl(value: string, field: string): string {
  const ours = /^postgres(?:ql)?:\/\//i.test(value);
  if (ours && URL.canParse(value)) return value;
  if (ours)
    throw misconfigured(
      `${field}: expected postgres://user:password@host:5432/name, got a URL that is not valid. Check the port, and ` +
        "write / ? # @ : % in user and password as %2F %3F %23 %40 %3A %25",
    );
  const [, scheme] = /^([a-z][a-z0-9+.-]*):/i.exec(value) ?? [];
  const got = scheme === undefined ? "a string without a scheme" : `a URL of ${scheme}:`;
  const remedy = "For a folder, pass { folder }";
  throw misconfigured(`${field}: expected postgres://user:password@host:5432/name, got ${got}. ${remedy}`);
}
