import { randomUUID } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Message } from "../../message/message.ts";
import { MessageError, wrongField } from "../../mime/message-error.ts";
import { readOptions } from "../../text/options/option-reader.ts";
import { Inquiry } from "../inquiry.ts";
import { type LookUpOptions, lookUpReaders } from "../look-up-options.ts";
import type {
  DmarcReportContents,
  DmarcReporter,
  DmarcReportRow,
  ReportedPolicy,
} from "./report-contents.ts";
import { type ReportDestination, reportDestinations } from "./report-destinations.ts";
import { readReport } from "./report-reader.ts";
import { mergedRows } from "./report-rows.ts";
import { reportXml } from "./report-xml.ts";
import { UnpackProblem, unpacked } from "./unpacked.ts";
import { XmlProblem } from "./xml-element.ts";
import { decodedXml } from "./xml-encoding.ts";

/** What a report is made of. */
export interface DmarcReportFields extends Omit<DmarcReportContents, "reporter"> {
  /** Who makes it. Without an `id` it gets one that is used nowhere else. */
  readonly reporter: Omit<DmarcReporter, "id"> & { readonly id?: string | undefined };
}

/** How a report is sent. */
export interface ReportMailOptions extends Omit<LookUpOptions, "now"> {
  /** The sender. Its domain must pass DMARC itself, or the report is not believed. */
  readonly from: string;
  /** The `rua` of the record: `verdict.published.rua`. */
  readonly rua: readonly string[];
  /** The domain of the server that received the mail. Default: that of `from`. */
  readonly submitter?: string | undefined;
}

/** A destination, with the message to send there if it may be. */
export interface ReportMail extends ReportDestination {
  /** The report as a message; absent if it must not be sent there. */
  readonly message?: Message | undefined;
}

/**
 * A DMARC aggregate report (RFC 9990): what a receiver reports to the owner of a domain about the mail that it got in
 * the name of that domain.
 *
 * @example
 * ```ts
 * const report = await DmarcReport.parse(attachment.content);
 * for (const row of report.rows) {
 *   if (!row.dkimAligned && !row.spfAligned) console.log(`${row.ip} sent ${row.count} as ${row.headerFrom}`);
 * }
 * ```
 */
export class DmarcReport implements DmarcReportContents {
  /** Who made it. */
  readonly reporter: DmarcReporter;
  /** The begin of the time that it is about. */
  readonly begin: Date;
  /** The end of that time. */
  readonly end: Date;
  /** The policy that was found. */
  readonly policy: ReportedPolicy;
  /** The messages. */
  readonly rows: readonly DmarcReportRow[];
  /** The records of a parsed report that could not be read, and why; at most 100. */
  readonly problems: readonly string[];

  private constructor(
    { reporter, begin, end, policy, rows }: DmarcReportContents,
    problems: readonly string[],
  ) {
    this.reporter = reporter;
    this.begin = begin;
    this.end = end;
    this.policy = policy;
    this.rows = rows;
    this.problems = problems;
    Object.freeze(this);
  }

  /**
   * Reads a report: XML, packed by gzip, or by zip with one member, as RFC 9990 or RFC 7489 has it. It may have 10 MiB
   * when unpacked, 100,000 records, and no DOCTYPE. A record, or a word of the policy, that cannot be read is left
   * out, and is in `problems`.
   *
   * @throws MessageError if it is not such a report.
   * @example
   * ```ts
   * const report = await DmarcReport.parse(attachment.content);
   * console.log(report.reporter.organization, report.policy.domain, report.rows.length);
   * ```
   */
  static async parse(file: Uint8Array): Promise<DmarcReport> {
    if (!(file instanceof Uint8Array)) throw wrongField("report", "a Uint8Array", file);
    try {
      const octets = await unpacked(Buffer.from(file.buffer, file.byteOffset, file.byteLength));
      const { problems, ...contents } = await readReport(decodedXml(octets));
      return new DmarcReport(contents, problems);
    } catch (thrown) {
      if (!(thrown instanceof XmlProblem) && !(thrown instanceof UnpackProblem)) throw thrown;
      throw new MessageError(`not a DMARC report: ${thrown.message}`, { field: "report" });
    }
  }

  /**
   * Makes a report. Rows that differ in nothing but their count become one.
   *
   * @throws MessageError if there is no row, or the id, the times or an address are not valid.
   * @example
   * ```ts
   * const report = DmarcReport.create({
   *   reporter: { organization: "Example", email: "postmaster@example.net" },
   *   begin: new Date("2026-11-29"),
   *   end: new Date("2026-11-30"),
   *   policy: { domain: "example.org", p: "reject" },
   *   rows: [reportRow({ ip: "192.0.2.1", dmarc: verdict })],
   * });
   * ```
   */
  static create({ reporter, begin, end, policy, rows }: DmarcReportFields): DmarcReport {
    const id = reporter.id ?? `${Math.floor(begin.getTime() / 1000)}.${randomUUID()}`;
    if (!/^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*(?:@[\w-]+(?:\.[\w-]+)*)?$/.test(id))
      throw new MessageError("reporter.id: expected words joined by dots", { field: "reporter.id" });
    if (!(begin.getTime() < end.getTime()))
      throw new MessageError("begin: expected a time before the end", { field: "begin" });
    const merged = mergedRows(rows);
    if (merged.length === 0) throw new MessageError("rows: expected at least one", { field: "rows" });
    const published = { ...policy, discovery: policy.discovery ?? ("treewalk" as const) };
    return new DmarcReport(
      { reporter: { ...reporter, id }, begin, end, policy: published, rows: merged },
      [],
    );
  }

  /** The report as the XML of RFC 9990. */
  toXml(): string {
    return reportXml(this);
  }

  /**
   * Checks the destinations that a record names, and makes a message for each that may get the report (RFC 9990 3.5.2,
   * 4): those of the same organization, and others that say in DNS that they take reports about this domain.
   *
   * @throws EnvoiError of kind `"aborted"` if `signal` aborts; AddressError if `from` is not an address.
   * @example
   * ```ts
   * const mails = await report.mails({ from: "dmarc@example.net", rua: verdict.published?.rua ?? [], resolver });
   * for (const { message, reason } of mails) {
   *   if (message) await transport.send(message);
   *   else console.log(reason);
   * }
   * ```
   */
  async mails(options: ReportMailOptions): Promise<ReportMail[]> {
    const { from, rua, submitter, ...rest } = options;
    const lookUp = readOptions<LookUpOptions>(rest, lookUpReaders, "mails", ["resolver"]);
    const inquiry = new Inquiry(lookUp.resolver, lookUp);
    try {
      const destinations = await reportDestinations(inquiry, this.policy.domain, rua);
      if (destinations.every(({ addresses }) => addresses.length === 0)) return destinations;
      const file = await promisify(gzip)(this.toXml());
      return await Promise.all(
        destinations.map(async (destination) => {
          const { addresses } = destination;
          if (addresses.length === 0) return destination;
          return { ...destination, message: await this.#message(from, addresses, file, submitter) };
        }),
      );
    } finally {
      inquiry.close();
    }
  }

  async #message(
    from: string,
    to: readonly string[],
    file: Buffer,
    submitter: string = from.slice(from.lastIndexOf("@") + 1).replace(/>$/, ""),
  ): Promise<Message> {
    // Loaded here, because few programs write reports.
    const [{ Message }, { Attachment }] = await Promise.all([
      import("../../message/message.ts"),
      import("../../message/attachment.ts"),
    ]);
    const { domain } = this.policy;
    const [begin, end] = [this.begin, this.end].map((time) => Math.floor(time.getTime() / 1000));
    const name = `${submitter}!${domain}!${begin}!${end}.xml.gz`;
    return Message.builder()
      .from(from)
      .to([...to])
      .subject(`Report Domain: ${domain} Submitter: ${submitter} Report-ID: <${this.reporter.id}>`)
      .autoSubmitted("auto-generated")
      .text(`This is a DMARC aggregate report about ${domain} from ${this.reporter.organization}.\n`)
      .attach(Attachment.fromBytes(name, file, "application/gzip"))
      .build();
  }
}
