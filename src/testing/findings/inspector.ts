import { parseEhlo } from "../../protocol/extensions.ts";
import type { FaultPoint } from "../faults/definition/fault.ts";
import type { ClientLine } from "../faults/wire/client-line.ts";
import { syntaxProblem } from "./command-syntax.ts";
import { ContentInspector } from "./content-inspector.ts";
import { type FindingRule, findingRules } from "./finding.ts";

/** Checks what the client of one connection does, and reports violations. */
export class Inspector {
  readonly #report: (rule: FindingRule, text: string, command: string) => void;
  #command = "";
  #at: FaultPoint = "greeting";
  #offered: ReadonlySet<string> = new Set();
  /** The parameters of the last MAIL, by keyword. */
  #mail: ReadonlyMap<string, string> = new Map();
  #content: ContentInspector | undefined;
  /** What was reported about this message, or about this connection outside of messages. */
  #reported = new Set<string>();
  #spoke = false;
  #quit = false;

  constructor(report: (rule: FindingRule, text: string, command: string) => void) {
    this.#report = report;
  }

  /** The client sent a line. `behind`: the command whose reply it did not wait for. */
  line(octets: Buffer, { at, line }: ClientLine, behind: FaultPoint | undefined): void {
    this.#command = line;
    this.#at = at;
    this.#spoke = true;
    if (at === "mail") this.#begin(octets);
    if (at === "quit") this.#quit = true;
    this.#early(behind);
    const end = octets.at(-2) === CR ? octets.length - 2 : octets.length - 1;
    if (end === octets.length - 1) this.#find("bare-lf");
    const text = octets.toString("latin1", 0, end);
    if (text.includes("\r")) this.#find("bare-cr");
    if (text.includes("\0")) this.#find("nul");
    if (octets.length > (LONGER[at] ?? 512)) this.#find("command-too-long");
    const problem = /[\0\r]/.test(text) ? undefined : syntaxProblem(octets.toString("utf8", 0, end), at);
    if (problem !== undefined) this.#find("command-syntax", problem, `${at} ${problem}`);
    if (at === "rcpt") this.#offersAll(parametersOf(octets).keys());
    const international = this.#mail.has("SMTPUTF8") || at === "vrfy" || at === "expn";
    if (/[\x80-\xff]/.test(text) && !international) this.#find("non-ascii-without-smtputf8");
    const extension = EXTENSIONS[at];
    if (extension !== undefined && !this.#offered.has(extension))
      this.#find("extension-unadvertised", extension);
  }

  /** Content has arrived. `behind`: as above. */
  content(octets: Buffer, from: "data" | "bdat", behind: FaultPoint | undefined): void {
    if (from === "data" && behind === "data") this.#early(behind);
    this.#content ??= this.#inspectContent();
    this.#content.push(octets, from === "data");
  }

  /** The content of a message has ended. */
  ended(): void {
    const content = this.#content ?? this.#inspectContent();
    content.end();
    this.#content = undefined;
    const body = this.#body;
    // SMTPUTF8 also declares the 8-bit header fields that it allows.
    const { has8bitBody, has8bitHeader } = content;
    const international = this.#mail.has("SMTPUTF8");
    if ((has8bitBody || (has8bitHeader && !international)) && body !== "8BITMIME" && body !== "BINARYMIME")
      this.#find("8bit-undeclared");
    if (has8bitHeader && !international) this.#find("non-ascii-without-smtputf8");
    const declared = Number(this.#mail.get("SIZE") ?? Number.POSITIVE_INFINITY);
    if (content.size > declared) this.#find("size-exceeded", `${content.size} for ${declared}`);
  }

  /** The server sent a reply. */
  said(reply: string): void {
    if ((this.#at !== "ehlo" && this.#at !== "lhlo" && this.#at !== "helo") || !reply.startsWith("250"))
      return;
    const lines = reply.trimEnd().split("\r\n");
    const { keywords } = parseEhlo(lines.map((line) => line.slice(4)));
    this.#offered = new Set(this.#at === "helo" ? [] : keywords.keys());
  }

  /** TLS is active: extensions that were offered before no longer count. */
  secured(): void {
    this.#offered = new Set();
  }

  /** The client has closed the connection. */
  left(): void {
    if (this.#spoke && !this.#quit) this.#find("no-quit");
  }

  get #body(): string | undefined {
    return this.#mail.get("BODY")?.toUpperCase();
  }

  /** With BODY=BINARYMIME content may be anything, also something other than lines (RFC 3030 3). */
  #inspectContent(): ContentInspector {
    return new ContentInspector((rule) => {
      if (this.#body !== "BINARYMIME") this.#find(rule);
    });
  }

  #begin(octets: Buffer): void {
    this.#reported = new Set();
    this.#content = undefined;
    this.#mail = parametersOf(octets);
    this.#offersAll(this.#mail.keys());
  }

  #offersAll(keywords: Iterable<string>): void {
    for (const keyword of keywords) {
      const extension = PARAMETERS[keyword] ?? keyword;
      const binary = keyword === "BODY" && this.#body === "BINARYMIME";
      const needed = binary ? "BINARYMIME" : extension;
      if (!this.#offered.has(needed)) this.#find("extension-unadvertised", needed);
    }
  }

  #early(behind: FaultPoint | undefined): void {
    if (behind === undefined) return;
    if (SYNCHRONISING.has(behind))
      this.#find("pipelining-past-synchronisation", `after ${behind.toUpperCase()}`);
    else if (!this.#offered.has("PIPELINING"))
      this.#find("pipelining-unadvertised", `after ${behind.toUpperCase()}`);
  }

  /** `key`: what is not reported twice; the rule by default. */
  #find(rule: FindingRule, detail?: string, key: string = rule): void {
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    this.#report(rule, findingRules[rule] + (detail === undefined ? "" : `: ${detail}`), this.#command);
  }
}

/** The parameters of MAIL or RCPT, by their keywords: everything after the path, with or without its brackets. */
function parametersOf(octets: Buffer): Map<string, string> {
  const text = octets.toString("utf8").trimEnd();
  const behind = PATH.exec(text)?.[1] ?? "";
  return new Map(
    behind
      .split(/[ \t]+/)
      .filter((parameter) => PARAMETER.test(parameter))
      .map((parameter) => {
        const [keyword = "", value = ""] = parameter.split("=", 2);
        return [keyword.toUpperCase(), value];
      }),
  );
}

const PATH = /^\w+[ \t]+\w+[ \t]*:[ \t]*(?:<(?:"(?:[^"\\]|\\.)*"|[^"<>])*>|[^ \t<]*)(.*)$/s;

/** The beginning of a parameter. Anything else is a syntax error, not an extension (RFC 5321 4.1.2). */
const PARAMETER = /^[A-Za-z0-9][A-Za-z0-9-]*(?:=|$)/;

const CR = 0x0d;

/** The commands that must be the last of a group (RFC 2920 3.1, RFC 3207 4, RFC 4954 4). */
const SYNCHRONISING: ReadonlySet<FaultPoint> = new Set<FaultPoint>([
  ...(["greeting", "helo", "ehlo", "lhlo", "data", "vrfy", "expn", "noop", "quit"] as const),
  ...(["starttls", "auth", "auth-response"] as const),
]);

/** How much extensions add to the 512 octets of a command line, with room for future ones. */
const LONGER: { readonly [P in FaultPoint]?: number } = {
  mail: 2048,
  rcpt: 2048,
  auth: 12_288,
  "auth-response": 12_288,
};

/** The extension that defines a command. */
const EXTENSIONS: { readonly [P in FaultPoint]?: string } = {
  starttls: "STARTTLS",
  auth: "AUTH",
  bdat: "CHUNKING",
};

/** The extension that defines a parameter of MAIL, if its keyword is different. */
const PARAMETERS: Readonly<Record<string, string>> = {
  BODY: "8BITMIME",
  RET: "DSN",
  NOTIFY: "DSN",
  ORCPT: "DSN",
  ENVID: "DSN",
  BY: "DELIVERBY",
  HOLDFOR: "FUTURERELEASE",
  HOLDUNTIL: "FUTURERELEASE",
};
