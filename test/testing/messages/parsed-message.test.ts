import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Attachment, Message } from "envoi";
import { type ParsedAttachment, parseMessage } from "#src/testing/messages/parsed-message.js";
import { fc } from "../../property.js";

async function octetsOf(message: Message, binary: boolean): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of message.content({ eightBit: true, binary }).stream()) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe("a message with binary bodies that was caught", () => {
  const octets = fc.oneof(
    fc.uint8Array(),
    fc
      .array(fc.constantFrom("\r", "\n", "\r\n", "--", "\0", "x", "=", "\r\n\r\n"))
      .map((all) => Buffer.from(all.join(""))),
  );

  it("has its attachments byte for byte, and the rest as without them", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(octets, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (files, nested) => {
          const builder = Message.builder().from("a@x.test").to("b@y.test").subject("files").text("Grüße\n");
          if (nested)
            builder
              .html('<img src="cid:one">')
              .attach(Attachment.fromBytes("in.png", files[0] as Uint8Array).inline("one"));
          for (const [i, file] of files.entries())
            builder.attach(Attachment.fromBytes(`${i}.bin`, file, "application/octet-stream"));
          const message = builder.build();
          const [binary, encoded] = await Promise.all(
            [true, false].map(async (way) => parseMessage(await octetsOf(message, way))),
          );
          assert.ok(binary !== undefined && encoded !== undefined);
          for (const [i, file] of files.entries()) {
            const attachment: ParsedAttachment | undefined = binary.attachments.find(
              ({ filename }) => filename === `${i}.bin`,
            );
            assert.deepEqual(attachment?.content, Buffer.from(file));
          }
          assert.deepEqual({ ...binary, headers: [] }, { ...encoded, headers: [] });
          const encodings = binary.headers.filter(({ value }) => /base64/.test(value));
          assert.deepEqual(encodings, [], "the fields are those that were sent");
        },
      ),
    );
  });

  it("is parsed as far as possible if it is cut short", async () => {
    const message = Message.create({
      from: "a@x.test",
      to: "b@y.test",
      text: "hello",
      attach: Attachment.fromBytes("a.bin", Buffer.from("\0\r\n--x")),
    });
    const whole = await octetsOf(message, true);
    for (let length = 0; length < whole.length; length++) await parseMessage(whole.subarray(0, length));
  });
});

/** Parses a message of these lines, octets as Latin-1. */
const parsed = (...lines: readonly string[]) => parseMessage(Buffer.from(lines.join("\r\n"), "latin1"));

describe("the text of a message that was caught", () => {
  const bodies: readonly (readonly [encoding: string, body: string])[] = [
    ["7bit", "one\r\ntwo"],
    ["8bit", "one\r\ntwo"],
    ["binary", "one\r\ntwo"],
    ["base64", Buffer.from("one\r\ntwo").toString("base64")],
    ["base64", Buffer.from("one\ntwo").toString("base64")],
    ["quoted-printable", "one\r\ntwo"],
    ["quoted-printable", "one=0D=0Atwo"],
    ["quoted-printable", "one=0Atwo="],
    ["quoted-printable", "on=  \r\ne \t\r\ntw=\t\r\no=\r\n"],
    ['"Quoted-Printable" (comment)', "one\r\nt=77o"],
  ];

  for (const [encoding, body] of bodies)
    it(`has one kind of line end, and none that was not there, in ${encoding} ${JSON.stringify(body)}`, async () => {
      const part = ["--x", "Content-Type: text/plain", `Content-Transfer-Encoding: ${encoding}`, "", body];
      const { text } = await parsed("Content-Type: multipart/mixed; boundary=x", "", ...part, "--x--");
      assert.equal(text, "one\ntwo");
    });

  it("keeps a lone CR, which is not a line end", async () => {
    assert.equal(
      (await parsed("Content-Transfer-Encoding: quoted-printable", "", "one=0Dtwo")).text,
      "one\rtwo",
    );
  });

  it("keeps blanks and equals signs that are content", async () => {
    const field = "Content-Transfer-Encoding: quoted-printable";
    assert.equal((await parsed(field, "", "a=20=\r\n=3D=20 \r\n=zz=4")).text, "a = \n=zz=4");
  });

  const charsets: readonly (readonly [label: string, octets: string, text: string])[] = [
    ["windows-1252", "\x80\x93\x81", "\u20ac\u201c\u0081"],
    ["ISO-8859-1", "\x80\xe9", "\u20acé"],
    ["us-ascii", "\x99", "\u2122"],
    ["latin1", "\x85", "\u2026"],
    ["iso-8859-15", "\xa4", "\u20ac"],
    ["iso-8859-16", "\xa4", "\u20ac"],
    ["windows-874", "\x80\xa1\xdb", "\u20ac\u0e01\ufffd"],
    ["windows-1255", "\xca", "\u05ba"],
    ["windows-1253", "\xaa", "\ufffd"],
    ["ibm866", "\x1a\x80", "\x1a\u0410"],
    ["koi8-r", "\xc1", "\u0430"],
    ["macintosh", "\xdb", "\u20ac"],
    ["gb2312", "\x80\xc4\xe3", "\u20ac\u4f60"],
    ["gbk", "\xa2\xe3", "\u20ac"],
    ["gb18030", "\x81\x30\x81\x30", "\u0080"],
    ["big5", "\xa7\x41\x88\x62", "\u4f60\u00ca\u0304"],
    ["shift_jis", "\x82\xa0\x87\x40\x7f", "\u3042\u2460\x7f"],
    ["euc-jp", "\xa4\xa2", "\u3042"],
    ["ks_c_5601-1987", "\xb0\xa1\x81\x41", "\uac00\uac02"],
    ["iso-2022-jp", '\x1b$B$"\x1b(B', "\u3042"],
    ["iso-2022-kr", "\x1b$)C", "\ufffd"],
    ["cp437", "\x80", "\u00c7"],
    ["utf-7", "+AGE-", "+AGE-"],
    ["UTF8", "\xc3\xa9", "é"],
    ["utf-16", "a\0\r\0\n\0\x0d\x0d", "a\n\u0d0d"],
    ["utf-16", "\xfe\xff\0a\x20\xac", "a€"],
    ["utf-16", "\xff\xfea\0\xac\x20", "a€"],
    ["utf-16le", "\xfe\xff\0a", "a"],
    ["utf-16be", "\0a", "a"],
    ["no-such-charset", "\xc3\xa9", "é"],
    ["no-such-charset", "\xe9\x80", "é\u20ac"],
  ];

  for (const [label, octets, text] of charsets)
    it(`is decoded from ${label} as browsers do, of ${JSON.stringify(octets)}`, async () => {
      const encoded = Buffer.from(octets, "latin1").toString("base64");
      const fields = ["Content-Transfer-Encoding: base64", `Content-Type: text/html; charset="${label}"`];
      assert.equal((await parsed(...fields, "", encoded)).html, text);
    });

  it("joins the lines of format=flowed into paragraphs, and keeps quotes and the signature", async () => {
    const type = "Content-Type: text/plain; format=flowed";
    const lines = ["one ", "two", " >three", "> a ", "> b", ">> c", "-- ", "me"];
    assert.equal((await parsed(type, "", ...lines)).text, "one two\n>three\n> a b\n>> c\n-- \nme");
    assert.equal((await parsed(`${type}; DelSp=Yes`, "", "won ", "derful")).text, "wonderful");
  });

  it("is what two parts hold, each with its own, and nothing made of the other kind", async () => {
    const parts = ["--x", "", "one", "--x", "Content-Type: text/html", "", "<b>", "--x", "", "two", ""];
    const { text, html } = await parsed("Content-Type: multipart/mixed; boundary=x", "", ...parts, "--x--");
    assert.deepEqual([text, html], ["one\ntwo\n", "<b>"]);
  });
});

describe("the fields of a message that was caught", () => {
  it("are decoded by the same table as text", async () => {
    const { subject, from, attachments, headers } = await parsed(
      "Subject: =?windows-1252?Q?=80?= =?Windows-1252*de?Q?_=93?= and =?ks_c_5601-1987?B?sKE=?=",
      "From: =?iso-8859-1?q?J=F6_=80?= <jo@a.test>",
      `Content-Type: application/pdf; name="x"`,
      "Content-Disposition: Attachment;",
      " filename*0*=windows-1252''%80; filename*1*=%93; filename*2=.pdf",
      "",
    );
    assert.equal(subject, "\u20ac \u201c and \uac00");
    assert.deepEqual(from, { name: "Jö \u20ac", address: "jo@a.test" });
    assert.deepEqual(
      attachments.map(({ filename, disposition }) => [filename, disposition]),
      [["\u20ac\u201c.pdf", "attachment"]],
    );
    assert.equal(headers[1]?.value, "=?iso-8859-1?q?J=F6_=80?= <jo@a.test>");
  });

  it("are read if they are 8-bit without a charset", async () => {
    assert.equal((await parsed("Subject: caf\xc3\xa9", "", "")).subject, "café");
    assert.equal((await parsed("Subject: caf\xe9 \x80", "", "")).subject, "café \u20ac");
  });

  it("are whole if a character begins in one word and ends in the next", async () => {
    const { subject } = await parsed("Subject: =?big5?B?pw==?=", " =?big5?B?QQ==?=", "", "");
    assert.equal(subject, "\u4f60");
  });

  it("name the members of groups, quoted names and comments with commas", async () => {
    const { to } = await parsed(
      'To: us: "A, b: c" <a@x.test>, (one, (two)) b@x.test;, =?utf-8?q?C=2C?= <c@x.test>, d@[IPv6:::1],,',
      "",
    );
    assert.deepEqual(
      to.map(({ address }) => address),
      ["a@x.test", "b@x.test", "c@x.test", "d@[IPv6:::1]"],
    );
    assert.deepEqual([to[0]?.name, to[2]?.name], ["A, b: c", "C,"]);
  });
});

describe("the parts of a message that was caught", () => {
  it("are attachments if they are messages, with or without a disposition", async () => {
    const inner = [
      "From: a@x.test",
      "Content-Type: multipart/mixed; boundary=y",
      "",
      "--y",
      "",
      "in",
      "--y--",
    ];
    for (const disposition of [[], ["Content-Disposition: inline"]]) {
      const { text, attachments } = await parsed(
        "Content-Type: multipart/mixed; boundary=x",
        ...[
          "",
          "--x",
          "",
          "out",
          "--x",
          "Content-Type: message/rfc822",
          ...disposition,
          "",
          ...inner,
          "--x--",
        ],
      );
      assert.equal(text, "out");
      assert.deepEqual(attachments[0]?.type, "message/rfc822");
      assert.equal(String(attachments[0]?.content), inner.join("\r\n"));
    }
  });

  it("are messages in a digest, with their bytes as they were sent", async () => {
    const { attachments } = await parsed(
      "Content-Type: multipart/digest; boundary=x",
      ...["", "--x", "", "Subject: one", "", "--x", "Content-Type: text/csv", "", "a,b", "1,2", "", "--x--"],
    );
    assert.deepEqual(
      attachments.map(({ type, content }) => [type, String(content)]),
      [
        ["message/rfc822", "Subject: one\r\n"],
        ["text/csv", "a,b\r\n1,2\r\n"],
      ],
    );
  });

  it("are found by their own boundaries, whatever blanks or other parts' boundaries are near", async () => {
    const { attachments, text } = await parsed(
      'Content-Type: multipart/mixed (comment); charset=x; boundary="a b"; boundary=other',
      ...[
        "",
        "preamble",
        "--a bc",
        "--a b \t",
        "Content-Type: multipart/mixed; boundary=a",
        "",
        "--a",
        "",
        "1",
      ],
      ...["--a b", "Content-Type: x/y", "--a b", "", "2", "--other", "--a b--", "--a b", "", "epilogue"],
    );
    assert.equal(text, "1\n2\n--other");
    assert.deepEqual(
      attachments.map(({ type, content }) => [type, content.length]),
      [["x/y", 0]],
    );
  });
});

describe("A multipart whose parts cannot be read", () => {
  it("is not an attachment", async () => {
    for (const parameters of ["; boundary=x", "", '; boundary=""']) {
      const { attachments, text } = await parsed(`Content-Type: multipart/mixed${parameters}`, "", "nothing");
      assert.deepEqual([attachments, text], [[], undefined]);
    }
  });
});

describe("a message that is too much of something", () => {
  const of = (text: string, count: number): string => text.repeat(count);
  const parts = of("--x\r\n\r\nhi\r\n", 20_000);
  const nested = Array.from(
    { length: 2000 },
    (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}\r\n`,
  );
  const cases: readonly (readonly [what: string, message: string, incomplete: RegExp | undefined])[] = [
    ["empty lines", `Subject: s\r\n\r\n${of("\r\n", 1 << 20)}`, undefined],
    [
      "lines of dashes",
      `Subject: s\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n${of("--\r\n", 1 << 18)}`,
      undefined,
    ],
    ["fields", `Subject: s\r\n${of("a:\r\n", 100_000)}\r\n`, /^header fields after the first 50000 or/],
    ["header", `Subject: s\r\nX: ${of("x", 5 << 20)}\r\n\r\n`, /^header fields/],
    ["parts", `Subject: s\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n${parts}`, /^parts after/],
    ["nesting", `Subject: s\r\n${nested.join("")}`, /^parts nested/],
    ["recipients", `Subject: s\r\nTo: ${of("a@x.test, ", 120_000)}\r\n\r\n`, undefined],
    ["colons", `Subject: s\r\nTo: ${of("a:", 1 << 19)}\r\n\r\n`, undefined],
    ["parameters", `Subject: s\r\nContent-Type: text/plain${of("; a=b", 1 << 17)}\r\n\r\n`, undefined],
    ["padding", `Subject: s\r\nContent-Transfer-Encoding: base64\r\n\r\n${of("=", 1 << 20)}`, undefined],
    [
      "charsets",
      `Subject: s\r\nX: ${Array.from({ length: 20_000 }, (_, i) => `=?c${i}?q?a?=`).join("")}\r\n\r\n`,
      undefined,
    ],
  ];

  for (const [what, message, incomplete] of cases)
    it(`is read as far as may be, and says what is left, with ${what} without end`, async () => {
      const { subject, incomplete: left, to, attachments } = await parsed(message);
      assert.equal(subject, "s");
      if (incomplete === undefined) assert.equal(left, undefined);
      else assert.match(left ?? "", incomplete);
      assert.ok(to.length <= 100_000 && attachments.length <= 10_000);
    });

  it("has its subject decoded as far as possible", async () => {
    const { subject = "" } = await parsed(`Subject: ${of("=?utf-8?q?a?= ", 100_000)}`, "", "");
    assert.match(subject, /^a{4000}/);
  });
});
