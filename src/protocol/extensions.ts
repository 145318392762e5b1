/**
 * The extensions of SMTP, one row each: how the EHLO line is written and read (RFC 5321 4.1.1.1). Client, server and
 * documentation use this table.
 */

interface Row<Value> {
  /** The parameters after the keyword, without the keyword. */
  format(value: Value): string;
  /** `undefined` if the parameters are not valid: then the extension counts as not offered. */
  parse(parameters: string): Value | undefined;
}

const flag: Row<true> = { format: () => "", parse: () => true };

const words: Row<readonly string[]> = {
  format: (all) => all.join(" "),
  parse: (text) => text.toUpperCase().split(" ").filter(Boolean),
};

/** What a server offers: each offered extension with the value of its EHLO parameters. */
export interface Extensions {
  /** RFC 2920: commands may be sent in groups. */
  readonly PIPELINING?: true;
  /** RFC 1870: the largest message in octets; 0 if no limit is stated. */
  readonly SIZE?: number;
  /** RFC 3207. */
  readonly STARTTLS?: true;
  /** RFC 4954: the names of the mechanisms, in capitals. */
  readonly AUTH?: readonly string[];
  /** RFC 2034. */
  readonly ENHANCEDSTATUSCODES?: true;
  /** RFC 6152. */
  readonly "8BITMIME"?: true;
  /** RFC 6531. */
  readonly SMTPUTF8?: true;
  /** RFC 3030: BDAT. */
  readonly CHUNKING?: true;
  /** RFC 3030: content that need not consist of lines, by BDAT. */
  readonly BINARYMIME?: true;
  /** RFC 3461: notifications about the delivery of the mail. */
  readonly DSN?: true;
  /** RFC 8689: offered over TLS only. */
  readonly REQUIRETLS?: true;
  /** RFC 2852: the shortest delivery time in seconds that a client may ask for; 0 if it is not stated. */
  readonly DELIVERBY?: number;
  /** RFC 4865. */
  readonly FUTURERELEASE?: FutureRelease;
  /** RFC 6710: the name of the profile, `""` for the one of the RFC. */
  readonly "MT-PRIORITY"?: string;
  /** RFC 1985: clients may ask that mail waiting for a host be sent to it now. */
  readonly ETRN?: true;
  /** RFC 2645: a client that has logged in may take its mail over the same connection. */
  readonly ATRN?: true;
  /** RFC 4468: content may be fetched by its URL; what kinds of URL, none before a login that is needed. */
  readonly BURL?: readonly string[];
  /** RFC 9422. */
  readonly LIMITS?: Limits;
  /** Postfix, XCLIENT_README: the names of the attributes, in capitals. */
  readonly XCLIENT?: readonly string[];
  /** Postfix, XFORWARD_README: the names of the attributes, in capitals. */
  readonly XFORWARD?: readonly string[];
}

/** How long mail may be held back (RFC 4865). */
export interface FutureRelease {
  /** For at most this many seconds. */
  readonly interval: number;
  /** Until this moment at the latest; whole seconds. */
  readonly until: Date;
}

/** How much a server takes in one transaction or connection (RFC 9422). */
export interface Limits {
  /** Transactions on a connection; refused ones count. */
  readonly MAILMAX?: number;
  /** Recipients in a transaction. */
  readonly RCPTMAX?: number;
  /** Domains among the recipients of a transaction. */
  readonly RCPTDOMAINMAX?: number;
}

/** The keyword of an extension in the table. */
export type ExtensionKeyword = keyof Extensions;

const rows: { readonly [K in ExtensionKeyword]-?: Row<NonNullable<Extensions[K]>> } = {
  PIPELINING: flag,
  SIZE: {
    format: (limit) => (limit === 0 ? "" : String(limit)),
    parse: (text) => (/^\d{0,20}$/.test(text) ? Number(text) : 0),
  },
  STARTTLS: flag,
  AUTH: words,
  ENHANCEDSTATUSCODES: flag,
  "8BITMIME": flag,
  SMTPUTF8: flag,
  CHUNKING: flag,
  BINARYMIME: flag,
  DSN: flag,
  REQUIRETLS: flag,
  DELIVERBY: {
    format: (seconds) => (seconds === 0 ? "" : String(seconds)),
    parse: (text) => (/^\d{1,9}$/.test(text) ? Number(text) : 0),
  },
  FUTURERELEASE: {
    format: ({ interval, until }) => `${interval} ${until.toISOString().slice(0, -5)}Z`,
    parse: parseFutureRelease,
  },
  "MT-PRIORITY": { format: (profile) => profile, parse: (text) => text.toUpperCase() },
  ETRN: flag,
  ATRN: flag,
  BURL: {
    format: (kinds) => kinds.join(" "),
    parse: (text) => text.split(" ").filter(Boolean),
  },
  LIMITS: {
    format: (limits) => limitNames.flatMap((name) => limitWord(name, limits[name])).join(" "),
    parse: parseLimits,
  },
  XCLIENT: words,
  XFORWARD: words,
};

function parseFutureRelease(text: string): FutureRelease | undefined {
  const match = /^([1-9]\d{0,8}) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z)$/i.exec(text);
  const until = new Date((match?.[2] ?? "").toUpperCase());
  return Number.isNaN(until.getTime()) ? undefined : { interval: Number(match?.[1]), until };
}

const limitNames = ["MAILMAX", "RCPTMAX", "RCPTDOMAINMAX"] as const;

function limitWord(name: keyof Limits, limit: number | undefined): string[] {
  return limit === undefined ? [] : [`${name}=${limit}`];
}

/** Unknown and malformed limits are ignored (RFC 9422 3). */
function parseLimits(text: string): Limits {
  const limits: { -readonly [K in keyof Limits]: Limits[K] } = {};
  for (const word of text.toUpperCase().split(" ")) {
    const [, name, limit] = /^([A-Z]+)=([1-9]\d{0,5})$/.exec(word) ?? [];
    const known = limitNames.find((known) => known === name);
    if (known !== undefined) limits[known] ??= Number(limit);
  }
  return limits;
}

/** What a server stated in its reply to EHLO or HELO. */
export interface Capabilities {
  /** The server's name for itself. */
  readonly domain: string;
  readonly extensions: Extensions;
  /** Every offered keyword, in capitals, with its parameters, also those that have no row here. */
  readonly keywords: ReadonlyMap<string, string>;
}

/** The keywords of all extensions with a row. */
export const extensionKeywords: readonly ExtensionKeyword[] = Object.keys(rows) as ExtensionKeyword[];

/** The lines of the reply to EHLO. */
export function formatEhlo(greeting: string, extensions: Extensions): string[] {
  const lines = [greeting];
  for (const keyword of extensionKeywords) {
    const value = extensions[keyword];
    if (value === undefined) continue;
    const parameters = (rows[keyword] as Row<unknown>).format(value);
    lines.push(parameters === "" ? keyword : `${keyword} ${parameters}`);
  }
  return lines;
}

/**
 * Reads the lines of the reply to EHLO. Keywords may be in any case; `AUTH=PLAIN`, as old servers write it, means `AUTH
 * PLAIN`.
 */
export function parseEhlo(lines: readonly string[]): Capabilities {
  const keywords = new Map<string, string>();
  for (const line of lines.slice(1)) {
    const match = /^([A-Za-z0-9][A-Za-z0-9-]*)(?:[ =](.*))?$/.exec(line.trimEnd());
    if (match === null) continue;
    const keyword = (match[1] as string).toUpperCase();
    const parameters = match[2]?.trim() ?? "";
    const before = keywords.get(keyword);
    keywords.set(keyword, before === undefined ? parameters : `${before} ${parameters}`.trim());
  }
  const extensions: Record<string, unknown> = {};
  for (const [keyword, row] of Object.entries(rows) as [ExtensionKeyword, Row<unknown>][]) {
    const parameters = keywords.get(keyword);
    const value = parameters === undefined ? undefined : row.parse(parameters);
    if (value !== undefined) extensions[keyword] = value;
  }
  return { domain: lines[0]?.split(" ", 1)[0] ?? "", extensions: extensions as Extensions, keywords };
}
