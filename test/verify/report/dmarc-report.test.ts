import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32, deflateRawSync, gzipSync } from "node:zlib";
import { TestServer } from "envoi/testing";
import {
  DmarcReport,
  type DmarcReportFields,
  type DmarcReportRow,
  evaluateDmarc,
  Resolver,
  reportRow,
  type Zone,
} from "envoi/verify";
import { fc } from "../../property.ts";

/** A report as large receivers send them today: by RFC 7489, without a namespace. */
const old = `<?xml version="1.0" encoding="UTF-8" ?>
<feedback>
  <version>1.0</version>
  <report_metadata>
    <org_name>example.net</org_name>
    <email>noreply-dmarc@example.net</email>
    <extra_contact_info>https://example.net/dmarc</extra_contact_info>
    <report_id>11223344556677</report_id>
    <date_range><begin>1764374400</begin><end>1764460799</end></date_range>
    <error>one</error><error>two</error>
  </report_metadata>
  <policy_published>
    <domain>example.org</domain><adkim>r</adkim><aspf>S</aspf><p>Reject</p><sp></sp><pct>100</pct><np>none</np>
  </policy_published>
  <record>
    <row>
      <source_ip> 2001:DB8:0:0::1 </source_ip>
      <count>3</count>
      <policy_evaluated>
        <disposition>none</disposition><dkim>fail</dkim><spf>pass</spf>
        <reason><type>forwarded</type><comment>a &lt;list&gt; &amp; more</comment></reason>
        <reason><type>invented</type></reason>
      </policy_evaluated>
    </row>
    <identifiers><header_from>example.org</header_from><envelope_from/></identifiers>
    <auth_results>
      <dkim><domain>example.org</domain><selector>s1</selector><result>fail</result></dkim>
      <dkim><domain>lists.test</domain><result>pass</result><human_result><![CDATA[all <well>]]></human_result></dkim>
      <spf><domain>example.org</domain><result>hardfail</result></spf>
    </auth_results>
  </record>
</feedback>`;

const oldRow: DmarcReportRow = {
  ...{ ip: "2001:db8::1", count: 3, disposition: "none", dkimAligned: false, spfAligned: true },
  overrides: [
    { type: "forwarded", comment: "a <list> & more" },
    { type: "other", comment: undefined },
  ],
  ...{ headerFrom: "example.org", envelopeFrom: "", envelopeTo: undefined },
  dkim: [
    { domain: "example.org", selector: "s1", result: "fail", humanResult: undefined },
    { domain: "lists.test", selector: undefined, result: "pass", humanResult: "all <well>" },
  ],
  spf: [{ domain: "example.org", scope: undefined, result: "fail", humanResult: undefined }],
};

test("a report of RFC 7489 is read", async () => {
  const report = await DmarcReport.parse(Buffer.from(old));
  assert.deepEqual(report.rows, [oldRow]);
  assert.deepEqual(report.problems, []);
  assert.equal(report.begin.toISOString(), "2025-11-29T00:00:00.000Z");
  assert.deepEqual(report.reporter, {
    ...{ organization: "example.net", email: "noreply-dmarc@example.net", id: "11223344556677" },
    ...{ extraContact: "https://example.net/dmarc", error: "one\ntwo", generator: undefined },
  });
  assert.deepEqual(report.policy, {
    ...{ domain: "example.org", p: "reject", sp: undefined, np: "none", adkim: "r", aspf: "s" },
    ...{ testing: undefined, fo: undefined, discovery: undefined },
  });
});

test("a report is read although its policy has words that the RFC does not know, and names them", async () => {
  const text = old
    .replace("<adkim>r</adkim>", "<adkim>relaxed</adkim>")
    .replace("<sp></sp>", "<sp>__proto__</sp>");
  const report = await DmarcReport.parse(Buffer.from(text));
  assert.deepEqual(report.rows, [oldRow]);
  assert.deepEqual(
    [report.policy.p, report.policy.sp, report.policy.adkim],
    ["reject", undefined, undefined],
  );
  assert.deepEqual(report.problems, [
    'policy_published: sp: expected none, quarantine, reject, got "__proto__"',
    'policy_published: adkim: expected r, s, got "relaxed"',
  ]);
});

test("a report is read in a namespace, and what is of another one is left out", async () => {
  const text = old
    .replace("<feedback>", '<d:feedback xmlns:d="urn:ietf:params:xml:ns:dmarc-2.0" xmlns:x="urn:x">')
    .replace("</auth_results>", "</auth_results><x:row><x:count>9</x:count></x:row>")
    .replace("<record>", '<x:record><x:row/></x:record><record xmlns="urn:y"><row/></record><record>')
    .replaceAll(/<(\/?)([a-z_]+)(?=[\s>/])/g, "<$1d:$2")
    .replace("<d:well>", "<well>");
  assert.deepEqual((await DmarcReport.parse(Buffer.from(text))).rows, [oldRow]);
});

/** A zip file, with the members packed by `method`. */
function zip(
  members: readonly [name: string, contents: Buffer][],
  { method = 8, flags = 0, comment = "", count = members.length } = {},
): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const [name, contents] of members) {
    const packed = method === 8 ? deflateRawSync(contents) : contents;
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(crc32(contents), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(contents.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, Buffer.from(name), packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    centrals.push(
      Buffer.concat([Buffer.from("PK\x01\x02"), Buffer.from([20, 0]), common, rest, Buffer.from(name)]),
    );
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", 0, "latin1");
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...locals, directory, end, Buffer.from(comment)]);
}

const packings: readonly [how: string, file: Buffer][] = [
  ["gzip", gzipSync(old)],
  ["zip", zip([["report.xml", Buffer.from(old)]])],
  ["zip without packing", zip([["report.xml", Buffer.from(old)]], { method: 0 })],
  ["zip with a comment", zip([["report.xml", Buffer.from(old)]], { comment: "PK\x05\x06 is not here" })],
  ["UTF-8 with a mark", Buffer.from(`\ufeff${old}`)],
  ["UTF-16", Buffer.from(`\ufeff${old.replace("UTF-8", "UTF-16")}`, "utf16le")],
];

for (const [how, file] of packings) {
  test(`a report in ${how} is read`, async () => {
    assert.deepEqual((await DmarcReport.parse(file)).rows, [oldRow]);
  });
}

test("a report in ISO-8859-1 is read", async () => {
  const text = old.replace("UTF-8", "ISO-8859-1").replace("example.net</org", "Büro</org");
  assert.equal((await DmarcReport.parse(Buffer.from(text, "latin1"))).reporter.organization, "Büro");
});

const one = old.slice(old.indexOf("<record>"), old.indexOf("</record>") + "</record>".length);
const refused: readonly [what: string, file: () => Buffer, message: RegExp][] = [
  ["nothing", () => Buffer.alloc(0), /no element|not/],
  ["text", () => Buffer.from("hello"), /not/],
  ["another document", () => Buffer.from("<html/>"), /expected the element feedback, got html/],
  ["a DOCTYPE", () => Buffer.from(old.replace("<feedback>", "<!DOCTYPE x><feedback>")), /DOCTYPE/],
  [
    "entities",
    () =>
      Buffer.from(
        old.replace("<feedback>", '<!DOCTYPE x [<!ENTITY a "b">]><feedback>').replace("11223", "&a;"),
      ),
    /DOCTYPE/,
  ],
  ["an unknown entity", () => Buffer.from(old.replace("11223", "&a;")), /not well-formed/],
  ["an element that is not closed", () => Buffer.from(old.slice(0, -5)), /not well-formed/],
  ["no report id", () => Buffer.from(old.replace("11223344556677", "")), /report_id is missing/],
  [
    "a time that is no number",
    () => Buffer.from(old.replace("1764374400", "yesterday")),
    /begin: expected seconds/,
  ],
  [
    "an unknown policy",
    () => Buffer.from(old.replace("Reject", "block")),
    /p: expected none, quarantine, reject, got "block"/,
  ],
  ["octets that are not UTF-8", () => Buffer.from(old.replace("11223", "\xff"), "latin1"), /not in UTF-8/],
  ["an unknown encoding", () => Buffer.from(old.replace("UTF-8", "EBCDIC")), /not in EBCDIC/],
  [
    "100,001 records",
    () => Buffer.from(old.replace(one, "<record/>".repeat(100_001))),
    /more than 100000 records/,
  ],
  [
    "too many elements",
    () => Buffer.from(old.replace("<error>", `${"<a/>".repeat(30_000)}<error>`)),
    /too many elements/,
  ],
  [
    "elements too deep",
    () => Buffer.from(old.replace("<error>", `${"<a>".repeat(30_000)}<error>`)),
    /too many elements/,
  ],
  [
    "more than 10 MiB",
    () => Buffer.from(old.replace("one", "x".repeat(10 * 1024 * 1024))),
    /larger than 10 MiB/,
  ],
  ["more than 10 MiB in gzip", () => gzipSync(Buffer.alloc(11 * 1024 * 1024)), /larger than 10 MiB/],
  ["more than 10 MiB in zip", () => zip([["a", Buffer.alloc(11 * 1024 * 1024)]]), /larger than 10 MiB/],
  [
    "more than 10 MiB in zip, not packed",
    () => zip([["a", Buffer.alloc(11 * 1024 * 1024)]], { method: 0 }),
    /larger than/,
  ],
  ["broken gzip", () => gzipSync(old).subarray(0, 200), /cannot be unpacked/],
  [
    "two members",
    () =>
      zip([
        ["a", Buffer.from(old)],
        ["b", Buffer.from(old)],
      ]),
    /one member, got 2/,
  ],
  [
    "a second member that is not counted",
    () =>
      zip(
        [
          ["a", Buffer.from(old)],
          ["b", Buffer.from(old)],
        ],
        { count: 1 },
      ),
    /zip file is broken/,
  ],
  ["no member", () => Buffer.concat([Buffer.from("PK\x03\x04"), zip([])]), /one member, got 0/],
  ["an encrypted member", () => zip([["a", Buffer.from(old)]], { flags: 1 }), /encrypted/],
  ["an unusual packing", () => zip([["a", Buffer.from(old)]], { method: 9 }), /unusual/],
  [
    "too many attributes",
    () =>
      Buffer.from(
        old.replace("<error>", `<error ${Array.from({ length: 300_000 }, (_, i) => `a${i}=""`).join(" ")}>`),
      ),
    /too many attributes/,
  ],
  [
    "a wrong checksum",
    () =>
      Buffer.from(
        zip([["a", Buffer.from(old)]], { method: 0 })
          .toString("latin1")
          .replace("<count>3", "<count>4"),
        "latin1",
      ),
    /zip file is broken/,
  ],
  ["half a zip file", () => packings[1]?.[1].subarray(0, 300) ?? Buffer.alloc(0), /zip file is broken/],
];

for (const [what, file, message] of refused) {
  test(`a report with ${what} is refused`, async () => {
    await assert.rejects(DmarcReport.parse(file()), { name: "MessageError", kind: "message", message });
  });
}

test("a report must be bytes", async () => {
  for (const file of ["<feedback/>", undefined, null, 1])
    await assert.rejects(DmarcReport.parse(file as unknown as Buffer), {
      name: "MessageError",
      message: /^report: expected a Uint8Array, got /,
    });
});

test("a zip file is refused if its checksum is wrong, and never breaks the reader", async () => {
  const good = zip([["report.xml", Buffer.from(old)]], { method: 0 });
  for (let at = 4; at < good.length; at += at < 60 || at > good.length - 90 ? 1 : 37) {
    const bad = Buffer.from(good);
    bad[at] = (bad[at] ?? 0) ^ 0xff;
    const outcome = await DmarcReport.parse(bad).then(
      ({ rows }) => rows,
      (error: unknown) => error,
    );
    if (!Array.isArray(outcome)) assert.equal(Object(outcome).name, "MessageError", `octet ${at}`);
    else assert.deepEqual(outcome, [oldRow], `octet ${at}`);
  }
});

test("a record that cannot be read is left out and reported", async () => {
  const bad = one.replace("2001:DB8:0:0::1", "unknown");
  const report = await DmarcReport.parse(
    Buffer.from(old.replace(one, `${one}${bad}${"<record/>".repeat(200)}`)),
  );
  assert.equal(report.rows.length, 1);
  assert.equal(report.problems.length, 100);
  assert.equal(report.problems[0], 'record 2: source_ip: expected an IP address, got "unknown"');
});

const fields: DmarcReportFields = {
  reporter: { organization: "Example & Söhne", email: "postmaster@example.net" },
  begin: new Date("2026-11-29T00:00:00Z"),
  end: new Date("2026-11-30T00:00:00Z"),
  policy: { domain: "example.org", p: "reject", sp: "none", testing: true },
  rows: [oldRow],
};

test("a report that was made is read back", async () => {
  const word = fc
    .string({ unit: "binary", maxLength: 20 })
    .map((text) => text.replace(/[^\t\n -\ud7ff\ue000-\ufffd]/g, "").trim());
  const name = word.filter((text) => text !== "");
  const optional = fc.option(name, { nil: undefined });
  const result = fc.constantFrom("none", "pass", "fail", "policy", "neutral", "temperror", "permerror");
  const row = fc.record({
    ip: fc.constantFrom("192.0.2.1", "2001:db8::1:0:0:1"),
    count: fc.integer({ min: 0, max: 1e12 }),
    disposition: fc.constantFrom("none", "pass", "quarantine", "reject"),
    dkimAligned: fc.boolean(),
    spfAligned: fc.boolean(),
    overrides: fc.array(fc.record({ type: fc.constantFrom("other", "local_policy"), comment: optional }), {
      maxLength: 2,
    }),
    headerFrom: name,
    envelopeFrom: fc.option(word, { nil: undefined }),
    envelopeTo: optional,
    dkim: fc.array(fc.record({ domain: word, selector: optional, result, humanResult: optional }), {
      maxLength: 2,
    }),
    spf: fc.array(
      fc.record({ domain: word, scope: fc.constantFrom("mfrom", undefined), result, humanResult: optional }),
      { maxLength: 1 },
    ),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(row as fc.Arbitrary<DmarcReportRow>, {
        minLength: 1,
        maxLength: 3,
        selector: (each) => each.headerFrom,
      }),
      async (rows) => {
        const made = DmarcReport.create({ ...fields, rows });
        const read = await DmarcReport.parse(Buffer.from(made.toXml()));
        assert.deepEqual(read.problems, []);
        assert.deepEqual(read.rows, structuredClone(made.rows));
        assert.deepEqual(
          { ...read.reporter },
          { extraContact: undefined, error: undefined, generator: undefined, ...made.reporter },
        );
        assert.deepEqual([read.begin, read.end], [made.begin, made.end]);
      },
    ),
  );
});

test("a report is written for XML, whatever its texts hold", async () => {
  const text = "\0\x08]]>&<a>\ud800\r\n\ufffe";
  const report = DmarcReport.create({
    ...fields,
    rows: [{ ...oldRow, overrides: [{ type: "other", comment: text }] }],
  });
  const read = await DmarcReport.parse(Buffer.from(report.toXml()));
  assert.equal(read.rows[0]?.overrides?.[0]?.comment, "\ufffd\ufffd]]>&<a>\ufffd\r\n\ufffd");
});

test("rows that differ in their count alone become one", () => {
  const report = DmarcReport.create({
    ...fields,
    rows: [oldRow, { ...oldRow, ip: "192.0.2.1" }, { ...oldRow, count: 5 }],
  });
  assert.deepEqual(
    report.rows.map(({ ip, count }) => [ip, count]),
    [
      ["2001:db8::1", 8],
      ["192.0.2.1", 3],
    ],
  );
});

test("a report is not made without rows, in a time that runs backwards, or with an id that is not valid", () => {
  assert.throws(() => DmarcReport.create({ ...fields, rows: [] }), {
    name: "MessageError",
    message: /^rows: /,
  });
  assert.throws(() => DmarcReport.create({ ...fields, end: fields.begin }), { message: /^begin: / });
  const reporter = { ...fields.reporter, id: "a b\r\nBcc: x@y.test" };
  assert.throws(() => DmarcReport.create({ ...fields, reporter }), { message: /^reporter\.id: / });
});

test("a row is made of the verdicts of a message", async () => {
  const resolver = Resolver.zone({ "_dmarc.example.org": { TXT: "v=DMARC1; p=reject" } });
  const spf = { result: "pass", domain: "bounce.example.org", identity: "mailfrom" } as const;
  const dkim = [
    { result: "fail", domain: "a.test", selector: "s", reason: "changed" },
    { result: "permerror", reason: "no domain" },
    { result: "pass", domain: "b.test", selector: "s", reason: "good" },
  ] as const;
  const dmarc = await evaluateDmarc({ from: ["a@example.org"], spf, dkim, resolver });
  assert.deepEqual(reportRow({ ip: "192.0.2.1", dmarc, spf, dkim }), {
    ...{
      ip: "192.0.2.1",
      count: 1,
      disposition: "pass",
      dkimAligned: false,
      spfAligned: true,
      overrides: undefined,
    },
    ...{ headerFrom: "example.org", envelopeFrom: "bounce.example.org" },
    dkim: [
      { domain: "b.test", selector: "s", result: "pass", humanResult: undefined },
      { domain: "a.test", selector: "s", result: "fail", humanResult: "changed" },
    ],
    spf: [{ domain: "bounce.example.org", scope: "mfrom", result: "pass" }],
  });
});

const permission = { TXT: "v=DMARC1" };
const destinations: readonly [
  what: string,
  rua: string,
  zone: Zone,
  code: string,
  addresses: readonly string[],
][] = [
  ["the same domain", "mailto:d@example.org", {}, "own", ["d@example.org"]],
  ["the same organization", "mailto:d@sub.Example.ORG", {}, "own", ["d@sub.example.org"]],
  ["a foreign domain", "mailto:d@victim.test", {}, "not-authorized", []],
  [
    "a foreign domain that says yes",
    "mailto:d@x.test",
    { "example.org._report._dmarc.x.test": permission },
    "authorized",
    ["d@x.test"],
  ],
  [
    "a foreign domain that says yes to all",
    "mailto:d@x.test",
    { "*._report._dmarc.x.test": permission },
    "authorized",
    ["d@x.test"],
  ],
  [
    "a foreign domain that says something else",
    "mailto:d@x.test",
    { "example.org._report._dmarc.x.test": { TXT: "yes" } },
    "not-authorized",
    [],
  ],
  [
    "a foreign domain that overrides",
    "mailto:d@x.test",
    { "example.org._report._dmarc.x.test": { TXT: "v=DMARC1; rua=mailto:new@x.test" } },
    "authorized",
    ["new@x.test"],
  ],
  [
    "a foreign domain that overrides with another host",
    "mailto:d@x.test",
    { "example.org._report._dmarc.x.test": { TXT: "v=DMARC1; rua=mailto:new@victim.test" } },
    "not-authorized",
    [],
  ],
  [
    "a foreign domain that cannot be asked",
    "mailto:d@x.test",
    { "example.org._report._dmarc.x.test": "temporary" },
    "unknown",
    [],
  ],
  [
    "a domain whose organization is not known",
    "mailto:d@sub.example.org",
    { "_dmarc.sub.example.org": "temporary" },
    "unknown",
    [],
  ],
  ["the web", "https://example.org/dmarc", {}, "unsupported", []],
  ["two addresses", "mailto:d@example.org,e@victim.test", {}, "unsupported", []],
  ["a header", "mailto:d@example.org%0D%0ABcc:x@victim.test", {}, "unsupported", []],
  ["an address literal", "mailto:d@[192.0.2.1]", {}, "unsupported", []],
];

for (const [what, uri, zone, code, addresses] of destinations) {
  test(`a report to ${what} is ${code}`, async () => {
    const resolver = Resolver.zone({ "_dmarc.example.org": { TXT: "v=DMARC1; p=none" }, ...zone });
    const [mail] = await DmarcReport.create(fields).mails({
      from: "dmarc@example.net",
      rua: [uri],
      resolver,
    });
    assert.equal(mail?.code, code, mail?.reason);
    assert.deepEqual(mail?.addresses, addresses);
    assert.deepEqual(mail?.message?.envelope.to.map(String) ?? [], addresses);
  });
}

test("a report about a subdomain does not reach another domain below the same public suffix", async () => {
  const resolver = Resolver.zone({ "_dmarc.bank.test": { TXT: "v=DMARC1; psd=y" } });
  const report = DmarcReport.create({ ...fields, policy: { ...fields.policy, domain: "giant.bank.test" } });
  const [mail] = await report.mails({ from: "d@example.net", rua: ["mailto:d@mega.bank.test"], resolver });
  assert.equal(mail?.code, "not-authorized");
});

test("no more than ten destinations are asked about", async () => {
  const resolver = Resolver.zone({});
  const rua = Array.from({ length: 12 }, (_, i) => `mailto:d@x${i}.test`);
  const mails = await DmarcReport.create(fields).mails({ from: "dmarc@example.net", rua, resolver });
  assert.deepEqual(
    mails.slice(9).map(({ code }) => code),
    ["not-authorized", "unsupported", "unsupported"],
  );
});

test("a report is sent as a mail that others read", async () => {
  await using server = await TestServer.start();
  await using transport = server.transport();
  const resolver = Resolver.zone({ "_dmarc.example.org": { TXT: "v=DMARC1; p=none" } });
  const report = DmarcReport.create(fields);
  const options = { from: "Reports <dmarc@example.net>", submitter: "mx.example.net", resolver };
  const [mail] = await report.mails({ ...options, rua: ["mailto:d@example.org"] });
  assert.ok(mail?.message);
  await transport.send(mail.message);
  const { parsed } = await server.waitForMessage({ to: "d@example.org" });
  assert.equal(
    parsed.subject,
    `Report Domain: example.org Submitter: mx.example.net Report-ID: <${report.reporter.id}>`,
  );
  const [attachment] = parsed.attachments;
  assert.equal(attachment?.filename, "mx.example.net!example.org!1795910400!1795996800.xml.gz");
  assert.equal(attachment?.type, "application/gzip");
  assert.deepEqual((await DmarcReport.parse(attachment?.content ?? Buffer.alloc(0))).rows, report.rows);
});
