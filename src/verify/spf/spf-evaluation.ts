import { ipText } from "../../text/ip-address.ts";
import type { Finding, Questions } from "../inquiry.ts";
import { type IpAddress, ipLabels, parseIp, reverseName, samePrefix } from "../ip-address.ts";
import { dnsName, isAtOrBelow } from "../resolver/domain-name.ts";
import { expand, type MacroLetter, type MacroString, parseExplanation, uses } from "./macro-string.ts";
import type { SpfSender } from "./spf-origin.ts";
import { permanent, type SpfOutcome, SpfProblem, temporary } from "./spf-outcome.ts";
import { isSpfRecord, parseSpfRecord, type SpfMechanism, type SpfRecord } from "./spf-record.ts";

/** What an evaluation knows of the client and of ourselves. */
export interface SpfSituation {
  readonly ip: IpAddress;
  readonly hello: string;
  readonly sender: SpfSender;
  /** Our host name, for `%{r}`. */
  readonly receiver: string;
  /** Seconds since 1970, for `%{t}`. */
  readonly time: number;
}

/** RFC 7208 4.6.4. */
const mostLookups = 10;
const mostVoidLookups = 2;
const mostNames = 10;

/**
 * One evaluation of SPF: `check_host()` of RFC 7208 4. Its limits hold across all records that it reads, those of
 * includes and redirects too.
 */
export class SpfEvaluation {
  readonly #questions: Questions;
  readonly #situation: SpfSituation;
  #lookups = 0;
  #voidLookups = 0;

  /** The clock of the inquiry is running. */
  constructor(questions: Questions, situation: SpfSituation) {
    this.#questions = questions;
    this.#situation = situation;
  }

  /** How many terms that ask DNS were evaluated. */
  get lookups(): number {
    return this.#lookups;
  }

  /** How many questions had no answer. */
  get voidLookups(): number {
    return this.#voidLookups;
  }

  /** Checks the domain of the sender, and asks for the explanation of a fail. */
  async run(): Promise<SpfOutcome & { readonly text?: string | undefined }> {
    try {
      const outcome = await this.#check(this.#situation.sender.domain);
      if (outcome.result !== "fail" || outcome.explanation === undefined) return outcome;
      return { ...outcome, text: await this.#explain(outcome.explanation) };
    } catch (thrown) {
      if (thrown instanceof SpfProblem) return thrown.outcome;
      throw thrown;
    }
  }

  /** `check_host()` for a domain. @throws SpfProblem for temporary and permanent errors. */
  async #check(domain: string): Promise<SpfOutcome> {
    const record = await this.#recordOf(domain);
    if (record === undefined) {
      const advice = `Publish a TXT record at ${domain} that names all servers that send for it: "v=spf1 mx -all".`;
      return { result: "none", code: "no-record", reason: `${domain} has no SPF record`, advice };
    }
    for (const { qualifier, mechanism, text } of record.directives) {
      if (!(await this.#matches(mechanism, domain, text))) continue;
      const explanation = record.explanation && { target: record.explanation, domain };
      const reason = `"${text}" in the record of ${domain} matches ${ipText(this.#situation.ip)}`;
      const advice = qualifier === "pass" ? undefined : this.#adviceToAllow(domain);
      return { result: qualifier, code: "matched", reason, mechanism: text, explanation, advice };
    }
    if (record.redirect !== undefined) return this.#redirect(record.redirect, domain);
    const reason = `nothing in the record of ${domain} matches ${ipText(this.#situation.ip)}`;
    return { result: "neutral", code: "no-match", reason, advice: this.#adviceToAllow(domain) };
  }

  #adviceToAllow(domain: string): string {
    const { ip } = this.#situation;
    const term = `ip${ip.length === 4 ? 4 : 6}:${ipText(ip)}`;
    return `If this client sends for ${this.#situation.sender.domain}, add "${term}" to the record of ${domain}.`;
  }

  async #redirect({ target, text }: NonNullable<SpfRecord["redirect"]>, domain: string): Promise<SpfOutcome> {
    this.#countLookup(text, domain);
    const name = await this.#name(target, domain);
    const outcome = await this.#check(name);
    if (outcome.result === "none") throw missing(text, domain, name);
    return outcome;
  }

  async #recordOf(domain: string): Promise<SpfRecord | undefined> {
    const finding = await this.#questions.ask(domain, "TXT");
    if (finding.outcome === "temporary") throw temporary(finding);
    const texts = finding.outcome === "found" ? finding.records.filter(isSpfRecord) : [];
    const [text] = texts;
    if (text === undefined) return undefined;
    if (texts.length > 1)
      throw permanent(
        "several-records",
        `${domain} has ${texts.length} SPF records`,
        `Publish one TXT record at ${domain} that begins with "v=spf1", with the terms of all of them.`,
      );
    const record = parseSpfRecord(text);
    if (typeof record !== "string") return record;
    throw permanent(
      "syntax",
      `the record of ${domain} has a term that is not valid: ${JSON.stringify(shortened(record))}`,
      `Correct or remove ${JSON.stringify(shortened(record))} in the record of ${domain}.`,
    );
  }

  async #matches(mechanism: SpfMechanism, domain: string, text: string): Promise<boolean> {
    const { ip } = this.#situation;
    switch (mechanism.name) {
      case "all":
        return true;
      case "ip4":
      case "ip6":
        return samePrefix(ip, mechanism.network, mechanism.bits);
    }
    this.#countLookup(text, domain);
    const name = mechanism.target === undefined ? domain : await this.#name(mechanism.target, domain);
    switch (mechanism.name) {
      case "include":
        return this.#included(name, domain, text);
      case "exists":
        return this.#records(await this.#counted(name, () => this.#questions.ask(name, "A"))).length > 0;
      case "ptr":
        return (
          (await this.#validatedNames((validated) => isAtOrBelow(validated, dnsName(name) ?? name))).length >
          0
        );
      case "a":
        return this.#hasAddress(name, mechanism);
      case "mx":
        return this.#hasExchanger(name, mechanism, domain, text);
    }
  }

  async #included(name: string, domain: string, text: string): Promise<boolean> {
    // A local part beyond ASCII makes a term that never matches, which is not the domain's fault (RFC 8616 4).
    if (/[^\0-\x7f]/.test(name)) return false;
    const { result } = await this.#check(name);
    if (result === "none") throw missing(text, domain, name);
    return result === "pass";
  }

  async #hasAddress(name: string, { bits4, bits6 }: { bits4: number; bits6: number }): Promise<boolean> {
    const { ip } = this.#situation;
    const bits = ip.length === 4 ? bits4 : bits6;
    const addresses = this.#records(await this.#counted(name, () => this.#addressesOf(name)));
    return addresses.some((address) => isIn(ip, address, bits));
  }

  async #hasExchanger(
    name: string,
    bits: { bits4: number; bits6: number },
    domain: string,
    text: string,
  ): Promise<boolean> {
    const exchangers = this.#records(await this.#counted(name, () => this.#questions.askMx(name)));
    if (exchangers.length > mostNames)
      throw permanent(
        "too-many-names",
        `${name} has ${exchangers.length} MX records, and SPF allows ${mostNames}`,
        `Replace "${text}" in the record of ${domain} by ip4 and ip6.`,
      );
    for (const { exchange } of exchangers) {
      if (await this.#hasAddress(exchange, bits)) return true;
    }
    return false;
  }

  /** The names of the client that lead back to its address (RFC 7208 5.5). Errors leave names out. */
  async #validatedNames(wanted: (name: string) => boolean): Promise<string[]> {
    const { ip } = this.#situation;
    const reverse = reverseName(ip);
    const finding = await this.#counted(reverse, () => this.#questions.ask(reverse, "PTR"));
    if (finding.outcome !== "found") return [];
    const validated: string[] = [];
    for (const record of finding.records.slice(0, mostNames)) {
      const name = dnsName(record);
      if (name === undefined || !wanted(name)) continue;
      const addresses = await this.#addressesOf(name);
      if (addresses.outcome === "found" && addresses.records.some((address) => isIn(ip, address, 128)))
        validated.push(name);
    }
    return validated;
  }

  #addressesOf(name: string): Promise<Finding<string>> {
    return this.#questions.ask(name, this.#situation.ip.length === 4 ? "A" : "AAAA");
  }

  /** The records, none if there are none. @throws SpfProblem if that is not known. */
  #records<T>(finding: Finding<T>): readonly T[] {
    if (finding.outcome === "temporary") throw temporary(finding);
    return finding.outcome === "found" ? finding.records : [];
  }

  /**
   * Counts a question without an answer. A name that DNS cannot have, such as that of a null MX (RFC 7505), and
   * one with octets beyond ASCII (RFC 8616 4), has no records; nobody is asked, so it does not count.
   */
  async #counted<T>(name: string, ask: () => Promise<Finding<T>>): Promise<Finding<T>> {
    if (dnsName(name) === undefined || /[^\0-\x7f]/.test(name)) return { outcome: "no-name" };
    const finding = await ask();
    if (finding.outcome !== "no-data" && finding.outcome !== "no-name") return finding;
    this.#voidLookups++;
    if (this.#voidLookups <= mostVoidLookups) return finding;
    throw permanent(
      "too-many-void-lookups",
      `more than ${mostVoidLookups} names that the record of ${this.#situation.sender.domain} leads to have no records`,
      "Remove the terms whose names do not exist.",
    );
  }

  #countLookup(text: string, domain: string): void {
    this.#lookups++;
    if (this.#lookups <= mostLookups) return;
    const advice = `Replace include, a, mx, ptr, exists or redirect in the record of ${this.#situation.sender.domain} by ip4 and ip6, or remove those that are not needed.`;
    const reason = `"${text}" in the record of ${domain} would be the eleventh term that asks DNS, and SPF allows ${mostLookups}`;
    throw permanent("too-many-lookups", reason, advice);
  }

  /** A name with its macros replaced; one that is too long loses labels on its left (RFC 7208 7.3). */
  async #name(target: MacroString, domain: string): Promise<string> {
    let name = await this.#expanded(target, domain);
    const most = name.endsWith(".") ? 254 : 253;
    while (name.length > most && name.includes(".")) name = name.slice(name.indexOf(".") + 1);
    return name;
  }

  async #expanded(text: MacroString, domain: string): Promise<string> {
    const clientName = uses(text, "p") ? await this.#clientName(domain) : "unknown";
    const { ip, hello, sender, receiver, time } = this.#situation;
    const values: Readonly<Record<MacroLetter, string>> = {
      s: `${sender.local}@${sender.domain}`,
      l: sender.local,
      o: sender.domain,
      d: domain,
      // In upper case as the suite of RFC 7208 has it; names are asked in lower case.
      i: ipLabels(ip).join(".").toUpperCase(),
      p: clientName,
      v: ip.length === 4 ? "in-addr" : "ip6",
      h: hello,
      c: ipText(ip),
      r: receiver,
      t: String(time),
    };
    return expand(text, (letter) => values[letter]);
  }

  /** The value of `%{p}`: a name of the client, best one that is at or below the domain (RFC 7208 7.3). */
  async #clientName(domain: string): Promise<string> {
    const names = await this.#validatedNames(() => true);
    const best = names.find((name) => name === domain) ?? names.find((name) => isAtOrBelow(name, domain));
    return best ?? names[0] ?? "unknown";
  }

  /** RFC 7208 6.2: whatever is wrong with an explanation, there is none. */
  async #explain({ target, domain }: NonNullable<SpfOutcome["explanation"]>): Promise<string | undefined> {
    try {
      const finding = await this.#questions.ask(await this.#name(target, domain), "TXT");
      const [text, another] = finding.outcome === "found" ? finding.records : [];
      const explanation = text === undefined || another !== undefined ? undefined : parseExplanation(text);
      return explanation && (await this.#expanded(explanation, domain));
    } catch (thrown) {
      // A limit that `%{p}` runs into must not make an error of the fail.
      if (thrown instanceof SpfProblem) return undefined;
      throw thrown;
    }
  }
}

function isIn(ip: IpAddress, address: string, bits: number): boolean {
  const other = parseIp(address);
  return other !== undefined && samePrefix(ip, other, Math.min(bits, ip.length * 8));
}

function missing(text: string, domain: string, name: string): SpfProblem {
  return permanent(
    "missing-record",
    `"${text}" in the record of ${domain} leads to ${name}, which has no SPF record`,
    `Remove "${text}" from the record of ${domain}, or publish a record at ${name}.`,
  );
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
