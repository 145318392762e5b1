import { address, RequestError, readJson, submit } from "./http.ts";

/** A recipient, domain or login, with the mails for it. */
export interface Mailbox {
  /** `jo@a.test`, `@a.test` or `login:jo`. */
  readonly id: string;
  readonly kind: "recipient" | "domain" | "login";
  readonly count: number;
  readonly unread: number;
}

/** A fault of the server. */
export interface ListedFault {
  readonly id: string;
  readonly fault: unknown;
  /** Whether it strikes. */
  readonly on: boolean;
  /** How often it struck. */
  readonly hits: number;
}

/** A rule that a client broke. */
export interface Finding {
  readonly rule: string;
  /** What the rule says, with its RFC. */
  readonly about: string;
  readonly text: string;
  readonly command: string;
  readonly session: { readonly id: string };
}

/** The connection of a client. */
export interface Connection {
  readonly id: string;
  readonly connectedAt: string;
  readonly address: string;
  readonly hello?: string;
  readonly user?: string;
  readonly tls?: string;
  readonly closed: boolean;
  readonly roundTrips: number;
}

/** A connection, with all that was said. */
export interface Transcript extends Connection {
  readonly dropped: number;
  readonly text: string;
  readonly lines: readonly {
    readonly from: "client" | "server" | "note";
    readonly text: string;
    readonly at: number;
  }[];
}

/** How a mail came. */
export interface MailSession {
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  /** Undefined if the mail did not come over SMTP, or before the catcher was started. */
  readonly transcript: Transcript | undefined;
  readonly findings: readonly Finding[];
}

/** What one check says. */
export interface Verdict {
  readonly result: string;
  readonly reason: string;
  readonly domain?: string;
}

/** What all checks say. */
export interface Verdicts {
  readonly verified: boolean;
  readonly advice: readonly {
    readonly severity: "error" | "warning" | "note";
    readonly about: string;
    readonly what: string;
    readonly remedy?: string;
  }[];
  readonly spf?: Verdict;
  readonly dkim?: readonly Verdict[];
  readonly dmarc?: Verdict;
  readonly arc?: Verdict;
  /** The field Authentication-Results. */
  readonly field?: string;
}

/** What people take out of a mail. */
export interface Extract {
  readonly links: readonly { readonly url: string; readonly text: string }[];
  readonly codes: readonly { readonly code: string; readonly line: string }[];
  readonly unsubscribe?: { readonly link?: string; readonly oneClick: boolean };
}

/** A part of the MIME tree. */
export interface MimePart {
  readonly id: string;
  readonly type: string;
  readonly charset?: string;
  readonly encoding?: string;
  readonly disposition?: string;
  readonly name?: string;
  readonly size: number;
  readonly parts?: readonly MimePart[];
}

const root = "api/lab";

function messagePath(id: string, rest = ""): string {
  return `${root}/messages/${encodeURIComponent(id)}${rest}`;
}

/** Reads the mailboxes, the one with the newest mail first. */
export async function readMailboxes(): Promise<readonly Mailbox[]> {
  const { mailboxes } = await readJson<{ mailboxes: readonly Mailbox[] }>(`${root}/mailboxes`);
  return mailboxes;
}

/** Takes the last deletion back. @returns how many mails came back */
export async function undoDeletion(): Promise<number> {
  const { restored } = JSON.parse(await submit("POST", `${root}/undo`)) as { restored: number };
  return restored;
}

/** Reads the faults. */
export async function readFaults(): Promise<readonly ListedFault[]> {
  const { faults } = await readJson<{ faults: readonly ListedFault[] }>(`${root}/faults`);
  return faults;
}

/** Adds a fault. */
export function addFault(fault: unknown): Promise<string> {
  return submit("POST", `${root}/faults`, fault);
}

/** Switches a fault on or off. */
export function switchFault(id: string, on: boolean): Promise<string> {
  return submit("PUT", `${root}/faults/${encodeURIComponent(id)}`, { on });
}

/** Removes a fault. */
export function deleteFault(id: string): Promise<string> {
  return submit("DELETE", `${root}/faults/${encodeURIComponent(id)}`);
}

/** Removes all faults. */
export function clearFaults(): Promise<string> {
  return submit("DELETE", `${root}/faults`);
}

/** Reads the newest connections, the last first. */
export async function readConnections(signal?: AbortSignal): Promise<readonly Connection[]> {
  const { transcripts } = await readJson<{ transcripts: readonly Connection[] }>(
    `${root}/transcripts?limit=200`,
    signal,
  );
  return transcripts;
}

/** Reads all that was said on a connection. */
export function readTranscript(id: string, signal?: AbortSignal): Promise<Transcript> {
  return readJson(`${root}/transcripts/${encodeURIComponent(id)}`, signal);
}

/** Reads what clients did wrong: on all connections, or on one. */
export async function readFindings(connection?: string, signal?: AbortSignal): Promise<readonly Finding[]> {
  const query = connection === undefined ? "" : `?connection=${encodeURIComponent(connection)}`;
  const { findings } = await readJson<{ findings: readonly Finding[] }>(`${root}/findings${query}`, signal);
  return findings;
}

/** Reads how a mail came. */
export async function readSession(id: string, signal?: AbortSignal): Promise<MailSession> {
  const [{ envelope }, transcript, { findings }] = await Promise.all([
    readJson<Pick<MailSession, "envelope">>(messagePath(id), signal),
    readJson<Transcript>(messagePath(id, "/transcript"), signal).catch(unlessThereIsNone),
    readJson<Pick<MailSession, "findings">>(messagePath(id, "/findings"), signal),
  ]);
  return { envelope, transcript, findings };
}

/** Reads the verdicts on a mail. */
export function readVerdicts(id: string, signal?: AbortSignal): Promise<Verdicts> {
  return readJson(messagePath(id, "/verdicts"), signal);
}

/** Verifies a mail with other records of DNS. */
export async function verify(id: string, zone: unknown): Promise<Verdicts> {
  return JSON.parse(await submit("POST", messagePath(id, "/verdicts"), { zone })) as Verdicts;
}

/** Reads the links and codes of a mail. */
export async function readExtract(id: string, signal?: AbortSignal): Promise<Extract> {
  const [links, codes] = await Promise.all([
    readJson<Omit<Extract, "codes">>(messagePath(id, "/links"), signal),
    readJson<Pick<Extract, "codes">>(messagePath(id, "/codes"), signal),
  ]);
  return { ...links, ...codes };
}

/** Reads the MIME tree of a mail. */
export function readParts(id: string, signal?: AbortSignal): Promise<MimePart> {
  return readJson(messagePath(id, "/parts"), signal);
}

/** The address of a part of the MIME tree. */
export function partAddress(id: string, part: string): string {
  return address(messagePath(id, `/parts/${encodeURIComponent(part)}`));
}

/** Reads which images of other hosts the HTML of a mail names. */
export async function readRemoteImages(id: string, signal?: AbortSignal): Promise<readonly string[]> {
  const { images } = await readJson<{ images: readonly string[] }>(messagePath(id, "/remote"), signal);
  return images;
}

/** The address of the HTML of a mail, made safe. */
export function viewAddress(id: string, { remote, dark }: { remote: boolean; dark: boolean }): string {
  return address(messagePath(id, `/html?remote=${remote ? 1 : 0}&scheme=${dark ? "dark" : "light"}`));
}

function unlessThereIsNone(error: unknown): undefined {
  if (error instanceof RequestError && error.status === 404) return undefined;
  throw error;
}
