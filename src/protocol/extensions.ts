/**
 * The extensions of SMTP, one row each: how its EHLO line is written and read (RFC 5321 4.1.1.1).
 * Client, server and documentation all read this table.
 */

interface Row<Value> {
  /** The parameters behind the keyword, without it. */
  format(value: Value): string;
  /** `undefined` where the parameters make no sense: the extension then counts as not offered. */
  parse(parameters: string): Value | undefined;
}

const flag: Row<true> = { format: () => "", parse: () => true };

/** What a server offers: a key is there where the extension is, with the value of its EHLO parameters. */
export interface Extensions {
  /** RFC 2920: commands may be sent in groups. */
  readonly PIPELINING?: true;
  /** RFC 1870: the largest message in octets; 0 where no limit is told. */
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
  AUTH: {
    format: (mechanisms) => mechanisms.join(" "),
    parse: (text) => text.toUpperCase().split(" ").filter(Boolean),
  },
  ENHANCEDSTATUSCODES: flag,
  "8BITMIME": flag,
  SMTPUTF8: flag,
};

/** All that a server told in its reply to EHLO or HELO. */
export interface Peer {
  /** The name the server gave itself. */
  readonly domain: string;
  readonly extensions: Extensions;
  /** Every keyword that was offered, in capitals, known here or not, with its parameters. */
  readonly keywords: ReadonlyMap<string, string>;
}

/** The lines of the reply to EHLO. */
export function formatEhlo(greeting: string, extensions: Extensions): string[] {
  const lines = [greeting];
  for (const keyword of Object.keys(rows) as ExtensionKeyword[]) {
    const value = extensions[keyword];
    if (value === undefined) continue;
    const parameters = (rows[keyword] as Row<unknown>).format(value);
    lines.push(parameters === "" ? keyword : `${keyword} ${parameters}`);
  }
  return lines;
}

/** Reads the lines of the reply to EHLO. Keywords come in any case; `AUTH=PLAIN`, as old servers write it, is `AUTH PLAIN`. */
export function parseEhlo(lines: readonly string[]): Peer {
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
