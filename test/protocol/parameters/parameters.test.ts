import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  formatMailParameters,
  formatRcptParameters,
  type MailParameters,
  parseMailParameters,
  parseRcptParameters,
  type RcptParameters,
} from "#src/protocol/parameters/parameters.js";
import { Reply } from "#src/protocol/reply.js";
import { fc } from "../../property.js";

const all = () => true;

/** What comes of it, or the codes of the refusal. */
function mail(text: string, offered: (extension: string) => boolean = all): unknown {
  const read = parseMailParameters(text, offered);
  return read instanceof Reply ? `${read.code} ${read.enhancedCode}` : read;
}

function rcpt(text: string): unknown {
  const read = parseRcptParameters(text, all);
  return read instanceof Reply ? `${read.code} ${read.enhancedCode}` : read;
}

describe("the parameters of MAIL", () => {
  it("are read in any case and order", () => {
    assert.deepEqual(
      mail(" ret=hdrs ENVID=a+2Bb+20c REQUIRETLS by=120;rt holdfor=60 mt-priority=-9 BODY=BinaryMime"),
      {
        RET: "HDRS",
        ENVID: "a+b c",
        REQUIRETLS: true,
        BY: { seconds: 120, mode: "R", trace: true },
        HOLDFOR: 60,
        "MT-PRIORITY": -9,
        BODY: "BINARYMIME",
      },
    );
    assert.deepEqual(mail("HOLDUNTIL=2030-02-28t10:00:00z"), { HOLDUNTIL: new Date("2030-02-28T10:00:00Z") });
    assert.deepEqual(mail("BY=-5;N"), { BY: { seconds: -5, mode: "N" } });
  });

  for (const text of [
    "RET",
    "RET=ALL",
    "ENVID",
    "ENVID=",
    "ENVID=a+0D+0Ab",
    "ENVID=a+0",
    "ENVID=+C3+A4",
    "ENVID=a=b",
    `ENVID=${"x".repeat(101)}`,
    "REQUIRETLS=YES",
    "BY=120",
    "BY=0;R",
    "BY=-1;R",
    "BY=1234567890;N",
    "BY=1;X",
    "HOLDFOR=0",
    "HOLDFOR=-1",
    "HOLDFOR=1000000000",
    "HOLDUNTIL=2030-02-30T10:00:00Z",
    "HOLDUNTIL=2030-01-01T10:00:00+01:00",
    "HOLDUNTIL=tomorrow",
    "HOLDFOR=1 HOLDUNTIL=2030-01-01T10:00:00Z",
    "MT-PRIORITY=10",
    "MT-PRIORITY=+1",
    "MT-PRIORITY=-0",
    "MT-PRIORITY=",
    "RET=FULL RET=FULL",
  ]) {
    it(`are refused: ${text.slice(0, 60)}`, () => assert.equal(mail(text), "501 5.5.4"));
  }

  it("are not known where their extension is not in force", () => {
    for (const text of [
      "RET=FULL",
      "ENVID=a",
      "REQUIRETLS",
      "BY=1;N",
      "HOLDFOR=1",
      "MT-PRIORITY=0",
      "AUTH=<>",
    ])
      assert.equal(
        mail(text, () => false),
        "555 5.5.4",
        text,
      );
    assert.equal(
      mail("BODY=BINARYMIME", (extension) => extension === "8BITMIME"),
      "504 5.5.4",
    );
  });

  it("are written only as they can be read", () => {
    const wrong: readonly MailParameters[] = [
      { ENVID: "" },
      { ENVID: "a\r\nb" },
      { ENVID: "ä" },
      { ENVID: "+".repeat(34) },
      { BY: { seconds: 0, mode: "R" } },
      { BY: { seconds: 1.5, mode: "N" } },
      { HOLDFOR: 0 },
      { HOLDUNTIL: new Date(Number.NaN) },
      { HOLDUNTIL: new Date(1.5) },
      { HOLDUNTIL: new Date(-1e14) },
      { "MT-PRIORITY": 10 },
      { "MT-PRIORITY": 1.5 },
      { SIZE: -1 },
      { SIZE: 1.5 },
      { SIZE: Number.NaN },
      { SIZE: "100\r\nRCPT TO:<e@x.test>" as unknown as number },
    ];
    for (const parameters of wrong)
      assert.throws(
        () => formatMailParameters(parameters),
        { kind: "configuration" },
        JSON.stringify(parameters),
      );
  });

  it("are read as they were written", () => {
    const parameters = fc.record(
      {
        RET: fc.constantFrom("FULL" as const, "HDRS" as const),
        ENVID: fc.stringMatching(/^[ -~]{1,33}$/),
        AUTH: fc.stringMatching(/^[ -~ä€]{1,30}$/),
        REQUIRETLS: fc.constant(true as const),
        BY: fc.record(
          { seconds: fc.integer({ min: -999_999_999, max: 999_999_999 }), mode: fc.constant("N" as const) },
          { noNullPrototype: true },
        ),
        HOLDUNTIL: fc.nat(4_000_000_000).map((seconds) => new Date(seconds * 1000)),
        "MT-PRIORITY": fc.integer({ min: -9, max: 9 }),
        BODY: fc.constantFrom("7BIT" as const, "8BITMIME" as const, "BINARYMIME" as const),
      },
      { requiredKeys: [], noNullPrototype: true },
    );
    fc.assert(fc.property(parameters, (given) => assert.deepEqual(mail(formatMailParameters(given)), given)));
  });

  it("make sense of anything, or refuse it", () => {
    const word = fc.stringMatching(/^(?:RET|ENVID|BY|HOLDUNTIL|ORCPT|NOTIFY|SIZE|X)=?[!-~]{0,12}$/);
    fc.assert(
      fc.property(fc.array(fc.oneof(word, fc.string())), (words) => {
        const text = words.join(" ");
        const read = parseMailParameters(text, all);
        if (!(read instanceof Reply)) formatMailParameters(read.HOLDUNTIL ? {} : read);
        parseRcptParameters(text, all);
      }),
      { numRuns: 300 },
    );
  });
});

describe("the parameters of RCPT", () => {
  it("are read in any case", () => {
    assert.deepEqual(rcpt(" notify=success,Delay orcpt=RFC822;Jo+2Bx@y.test"), {
      NOTIFY: ["SUCCESS", "DELAY"],
      ORCPT: { type: "rfc822", address: "Jo+x@y.test" },
    });
    assert.deepEqual(rcpt("NOTIFY=never"), { NOTIFY: "NEVER" });
  });

  it("name recipients beyond ASCII, with SMTPUTF8 and without", () => {
    const expected = { ORCPT: { type: "utf-8", address: "jörg+😀@y.test" } };
    assert.deepEqual(rcpt("ORCPT=utf-8;j\\x{F6}rg\\x{2B}\\x{1F600}@y.test"), expected);
    assert.deepEqual(rcpt("ORCPT=UTF-8;jörg\\x{2B}😀@y.test"), expected);
    assert.equal(formatRcptParameters(expected), " ORCPT=utf-8;j\\x{F6}rg\\x{2B}\\x{1F600}@y.test");
  });

  it("name a recipient that is not ASCII in the words of Postfix", () => {
    assert.deepEqual(rcpt("ORCPT=rfc822;j+C3+BCrgen@y.test"), {
      ORCPT: { type: "utf-8", address: "jürgen@y.test" },
    });
  });

  for (const text of [
    "NOTIFY",
    "NOTIFY=",
    "NOTIFY=ALWAYS",
    "NOTIFY=NEVER,DELAY",
    "NOTIFY=DELAY,DELAY",
    "NOTIFY=DELAY,",
    "ORCPT",
    "ORCPT=a@y.test",
    "ORCPT=rfc822;",
    "ORCPT=rfc822;a+0Ab",
    "ORCPT=rfc822;a+C3",
    "ORCPT=rfc822;a+C2+85",
    "ORCPT=x400;a+C3+B6",
    "ORCPT=rfc822;jörg@y.test",
    "ORCPT=utf-8;a+2B",
    "ORCPT=utf-8;\\x{D800}",
    "ORCPT=utf-8;\\x{110000}",
    "ORCPT=utf-8;\\x{0A}",
    "ORCPT=utf-8;a\\b",
    `ORCPT=rfc822;${"x".repeat(501)}`,
  ]) {
    it(`are refused: ${text.slice(0, 60)}`, () => assert.equal(rcpt(text), "501 5.5.4"));
  }

  it("are written only as they can be read", () => {
    const wrong: readonly RcptParameters[] = [
      { NOTIFY: [] },
      { NOTIFY: ["DELAY", "DELAY"] },
      { ORCPT: { type: "rfc822", address: "jörg@y.test" } },
      { ORCPT: { type: "RFC822", address: "a@y.test" } },
      { ORCPT: { type: "a b", address: "a@y.test" } },
      { ORCPT: { type: "utf-8", address: "a\nb" } },
      { ORCPT: { type: "rfc822", address: "" } },
    ];
    for (const parameters of wrong)
      assert.throws(
        () => formatRcptParameters(parameters),
        { kind: "configuration" },
        JSON.stringify(parameters),
      );
  });

  it("are read as they were written", () => {
    const parameters = fc.record(
      {
        NOTIFY: fc.oneof(
          fc.constant("NEVER" as const),
          fc.uniqueArray(fc.constantFrom("SUCCESS" as const, "FAILURE" as const, "DELAY" as const), {
            minLength: 1,
          }),
        ),
        ORCPT: fc.oneof(
          fc.record(
            { type: fc.constant("rfc822"), address: fc.stringMatching(/^[ -~]{1,60}$/) },
            { noNullPrototype: true },
          ),
          fc.record(
            { type: fc.constant("utf-8"), address: fc.stringMatching(/^[ -~äß€]{1,60}$/) },
            { noNullPrototype: true },
          ),
        ),
      },
      { requiredKeys: [], noNullPrototype: true },
    );
    fc.assert(fc.property(parameters, (given) => assert.deepEqual(rcpt(formatRcptParameters(given)), given)));
  });
});
