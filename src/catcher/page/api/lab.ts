import { address, readJson, submit } from "./http.ts";

/** A recipient, domain or login, with the mails for it. */
export interface Mailbox {
  readonly name: string;
  readonly total: number;
  readonly unread: number;
  /** The search that lists them. */
  readonly query: string;
}

/** The mailboxes, in three ways. */
export interface Mailboxes {
  readonly recipients: readonly Mailbox[];
  readonly domains: readonly Mailbox[];
  readonly logins: readonly Mailbox[];
}

/** A fault that the server makes now. */
export interface ActiveFault {
  readonly id: string | number;
  readonly fault: unknown;
  /** How often it struck. */
  readonly strikes?: number;
}

/** A rule that a client broke. */
export interface Finding {
  readonly rule: string;
  readonly text: string;
  readonly command: string;
}

/** The connection of a client. */
export interface SmtpConnection {
  /** Its number; the first is 1. */
  readonly connection: number;
  /** Address and name of the client. */
  readonly client: string;
  readonly closed: boolean;
  /** The ids of the mails that came over it, as far as they are kept. */
  readonly mails: readonly string[];
  readonly findings: readonly Finding[];
  readonly lines: readonly {
    readonly from: "client" | "server" | "note";
    readonly text: string;
    readonly at: number;
  }[];
}

/** How a mail came. */
export interface MailSession {
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  readonly connection: SmtpConnection | undefined;
}

/** What one check says. */
export interface Verdict {
  readonly result: string;
  readonly reason: string;
  readonly advice?: string;
  readonly domain?: string;
}

/** What all checks say. */
export interface Verdicts {
  readonly spf?: Verdict;
  readonly dkim: readonly Verdict[];
  readonly dmarc?: Verdict;
  readonly arc?: Verdict;
  /** What to know about all of them. */
  readonly note?: string;
}

/** What people take out of a mail. */
export interface Extract {
  readonly links: readonly { readonly url: string; readonly text?: string }[];
  readonly codes: readonly { readonly code: string }[];
}

/** A part of the MIME tree. */
export interface MimePart {
  readonly type: string;
  readonly partId?: string;
  readonly fileName?: string;
  readonly charset?: string;
  readonly encoding?: string;
  readonly disposition?: string;
  readonly size?: number;
  readonly children?: readonly MimePart[];
}

const root = "api/lab";

function messageRoute(id: string, route: string): string {
  return `${root}/message/${encodeURIComponent(id)}/${route}`;
}

/** Reads the facts of the catcher that are for people. */
export function readFacts(): Promise<{ readonly smtpUrl?: string }> {
  return readJson(`${root}/info`);
}

/** Reads the mailboxes. */
export function readMailboxes(): Promise<Mailboxes> {
  return readJson(`${root}/mailboxes`);
}

/** Reads the faults. */
export function readFaults(): Promise<readonly ActiveFault[]> {
  return readJson(`${root}/faults`);
}

/** Adds a fault. */
export function addFault(fault: unknown): Promise<string> {
  return submit("POST", `${root}/faults`, fault);
}

/** Removes a fault. */
export function liftFault(id: ActiveFault["id"]): Promise<string> {
  return submit("DELETE", `${root}/faults/${encodeURIComponent(id)}`);
}

/** Reads the connections, the newest first. */
export function readConnections(signal?: AbortSignal): Promise<readonly SmtpConnection[]> {
  return readJson(`${root}/transcripts`, signal);
}

/** Reads how a mail came. */
export function readSession(id: string, signal?: AbortSignal): Promise<MailSession> {
  return readJson(messageRoute(id, "transcript"), signal);
}

/** Reads the verdicts on a mail. */
export function readVerdicts(id: string, signal?: AbortSignal): Promise<Verdicts> {
  return readJson(messageRoute(id, "verdicts"), signal);
}

/** Reads the links and codes of a mail. */
export function readExtract(id: string, signal?: AbortSignal): Promise<Extract> {
  return readJson(messageRoute(id, "links"), signal);
}

/** Reads the MIME tree of a mail. */
export function readParts(id: string, signal?: AbortSignal): Promise<MimePart> {
  return readJson(messageRoute(id, "parts"), signal);
}

/** Reads which images of other hosts a mail names. */
export function readRemoteImages(id: string, signal?: AbortSignal): Promise<readonly string[]> {
  return readJson(messageRoute(id, "images"), signal);
}

/** The address of the HTML of a mail, made safe. */
export function viewAddress(id: string, view: { remote: boolean; dark: boolean }): string {
  const options = `${view.remote ? "&remote=1" : ""}&scheme=${view.dark ? "dark" : "light"}`;
  return address(`view/${encodeURIComponent(id)}.html?${options.slice(1)}`);
}
