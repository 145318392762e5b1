import type {
  DmarcReportContents,
  DmarcReporter,
  DmarcReportRow,
  ReportedPolicy,
} from "./report-contents.ts";

/** Writes a report as the XML of RFC 9990. */
export function reportXml({ reporter, begin, end, policy, rows }: DmarcReportContents): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>\n<feedback xmlns="urn:ietf:params:xml:ns:dmarc-2.0">\n',
    element("version", "1.0"),
    metadataXml(reporter, begin, end),
    policyXml(policy),
    ...rows.map(rowXml),
    "</feedback>\n",
  ].join("");
}

function metadataXml(reporter: DmarcReporter, begin: Date, end: Date): string {
  const { organization, email, extraContact, id, error, generator } = reporter;
  return parent("report_metadata", [
    ...[
      element("org_name", organization),
      element("email", email),
      element("extra_contact_info", extraContact),
    ],
    element("report_id", id),
    parent("date_range", [element("begin", secondsOf(begin)), element("end", secondsOf(end))]),
    ...[element("error", error), element("generator", generator)],
  ]);
}

function policyXml({ domain, discovery, p, sp, np, adkim, aspf, testing, fo }: ReportedPolicy): string {
  const test = testing === undefined ? undefined : testing ? "y" : "n";
  return parent("policy_published", [
    ...[element("domain", domain), element("discovery_method", discovery)],
    ...[element("p", p), element("sp", sp), element("np", np), element("fo", fo)],
    ...[element("adkim", adkim), element("aspf", aspf), element("testing", test)],
  ]);
}

function rowXml(row: DmarcReportRow): string {
  const reasons = (row.overrides ?? []).map(({ type, comment }) =>
    parent("reason", [element("type", type), element("comment", comment)]),
  );
  const evaluated = [
    element("disposition", row.disposition),
    element("dkim", row.dkimAligned ? "pass" : "fail"),
    element("spf", row.spfAligned ? "pass" : "fail"),
    ...reasons,
  ];
  const dkim = (row.dkim ?? []).map(({ domain, selector, result, humanResult }) =>
    parent("dkim", [
      ...[element("domain", domain), element("selector", selector)],
      ...[element("result", result), element("human_result", humanResult)],
    ]),
  );
  const spf = (row.spf ?? []).map(({ domain, scope, result, humanResult }) =>
    parent("spf", [
      ...[element("domain", domain), element("scope", scope)],
      ...[element("result", result), element("human_result", humanResult)],
    ]),
  );
  return parent("record", [
    parent("row", [
      ...[element("source_ip", row.ip), element("count", String(row.count))],
      parent("policy_evaluated", evaluated),
    ]),
    parent("identifiers", [
      ...[element("header_from", row.headerFrom), element("envelope_from", row.envelopeFrom)],
      element("envelope_to", row.envelopeTo),
    ]),
    parent("auth_results", [...dkim, ...spf]),
  ]);
}

function parent(name: string, children: readonly string[]): string {
  return `<${name}>${children.join("")}</${name}>\n`;
}

function element(name: string, text: string | undefined): string {
  return text === undefined ? "" : `<${name}>${escaped(text)}</${name}>`;
}

/** What XML cannot have becomes U+FFFD. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replace(/[&<>\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function secondsOf(time: Date): string {
  return String(Math.floor(time.getTime() / 1000));
}
