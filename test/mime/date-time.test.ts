import assert from "node:assert/strict";
import { test } from "node:test";
import { type DateInput, dateHeaderNow, formatDateTime } from "#src/mime/date-time.js";
import { MessageError } from "#src/mime/message-error.js";
import { fc } from "../property.ts";

const read: [input: DateInput, written: string][] = [
  [new Date(Date.UTC(2026, 10, 1, 9, 5, 7)), "Sun, 01 Nov 2026 09:05:07 +0000"],
  ["2026-11-21T09:30:00+01:00", "Sat, 21 Nov 2026 09:30:00 +0100"],
  ["2026-11-21T00:30:00.123-0330", "Sat, 21 Nov 2026 00:30:00 -0330"],
  ["2026-11-21T09:30Z", "Sat, 21 Nov 2026 09:30:00 +0000"],
  ["2026-11-21t09:30:00.123456789012z", "Sat, 21 Nov 2026 09:30:00 +0000"],
  ["2026-11-21T09:30:00-00:00", "Sat, 21 Nov 2026 09:30:00 -0000"],
  ["2024-02-29T23:59:59+23:59", "Thu, 29 Feb 2024 23:59:59 +2359"],
  ["2016-12-31T23:59:60Z", "Sat, 31 Dec 2016 23:59:60 +0000"],
  ["2017-01-01T00:59:60+01:00", "Sun, 01 Jan 2017 00:59:60 +0100"],
  ["2017-01-01T05:29:60+05:30", "Sun, 01 Jan 2017 05:29:60 +0530"],
  ["Sat, 31 Dec 2016 18:59:60 -0500", "Sat, 31 Dec 2016 18:59:60 -0500"],
  ["Sat, 31 Dec 2016 23:59:60 -0500", "Sat, 31 Dec 2016 23:59:60 -0500"],
  ["Sat, 21 Nov 2026 09:30:00 +0545", "Sat, 21 Nov 2026 09:30:00 +0545"],
  ["Sat, 21 Nov 2026 09:30:00 -0000", "Sat, 21 Nov 2026 09:30:00 -0000"],
  ["21 Nov 2026 09:30 +0100", "Sat, 21 Nov 2026 09:30:00 +0100"],
  ["sAT,1 AUG 2026 09:30:00 -2359", "Sat, 01 Aug 2026 09:30:00 -2359"],
  [
    '  Thu ,\t 13\r\n  Feb\n 1969 23:32 -0330 (Newfoundland (Time \\) "))  ',
    "Thu, 13 Feb 1969 23:32:00 -0330",
  ],
  ["(a)Sat(b),(c)21(d)Nov(e)2026(f)09(g):(h)30(i):(j)00(k)+0100(l)", "Sat, 21 Nov 2026 09:30:00 +0100"],
  ["Fri, 21 Nov 97 09(comment):   55  :  06 -0600", "Fri, 21 Nov 1997 09:55:06 -0600"],
  ["21 Nov 49 09:55:06 -0600", "Sun, 21 Nov 2049 09:55:06 -0600"],
  ["21 Nov 50 09:55:06 -0600", "Tue, 21 Nov 1950 09:55:06 -0600"],
  ["21 Nov 126 09:55:06 -0600", "Sat, 21 Nov 2026 09:55:06 -0600"],
  ["Sat, 21 Nov 2026 09:30:00 GMT", "Sat, 21 Nov 2026 09:30:00 +0000"],
  ["Sat, 21 Nov 2026 09:30:00 ut", "Sat, 21 Nov 2026 09:30:00 +0000"],
  ["Sat, 21 Nov 2026 09:30:00 Z", "Sat, 21 Nov 2026 09:30:00 +0000"],
  ["Sat, 21 Nov 2026 09:30:00 EST", "Sat, 21 Nov 2026 09:30:00 -0500"],
  ["Sat, 21 Nov 2026 09:30:00 pdt (summer)", "Sat, 21 Nov 2026 09:30:00 -0700"],
];

for (const [input, written] of read) {
  test(`writes ${JSON.stringify(input)} as ${written}`, () => {
    assert.equal(formatDateTime(input, "date"), written);
    assert.equal(formatDateTime(written, "date"), written);
  });
}

const refused: [input: unknown, problem: RegExp][] = [
  [new Date(Number.NaN), /1900/],
  [new Date(-1e14), /1900/],
  [new Date(8e15), /1900/],
  ["2026-11-21T09:30:00", /zone/],
  ["2026-11-21", /zone/],
  ["tomorrow", /expected a Date/],
  ["", /expected a Date/],
  [7, /expected a Date/],
  [null, /expected a Date/],
  ["2026-11-21T09:30:00Z\r\nBcc: x", /expected a Date/],
  ["Sat, 21 Nov 2026 09:30:00\r\n+0100", /expected a Date/],
  ["Sat, 21 Nov 2026 09:30:00 +0100\r\n", /expected a Date/],
  ["Sat, 21 Nov 2026 09:30:00 +0100 (open", /expected a Date/],
  ["Sat, 21 Nov 2026 9:30:00 +0100", /expected a Date/],
  ["Saturday, 21 Nov 2026 09:30:00 +0100", /expected a Date/],
  ["Sat, 21 November 2026 09:30:00 +0100", /expected a Date/],
  ["Sat, 21 Nov 2026 09:30:00 CET", /expected a Date/],
  ["Sat, 21 Nov 2026 09:30:00 A", /expected a Date/],
  ["Sat, 21 Nov 2026 09:30:00 +01:00", /expected a Date/],
  ["2026-02-30T00:00:00Z", /no day 30 of month 2 in 2026/],
  ["2025-02-29T00:00:00Z", /no day 29/],
  ["1900-02-29T00:00:00Z", /no day 29/],
  ["2026-04-31T00:00:00Z", /no day 31/],
  ["2026-13-01T00:00:00Z", /month 13/],
  ["2026-00-01T00:00:00Z", /month 0/],
  ["2026-01-00T00:00:00Z", /no day 0/],
  ["31 Jun 2026 09:30:00 +0100", /no day 31/],
  ["2026-11-21T24:00:00Z", /no time 24:00:00/],
  ["21 Nov 2026 24:00 +0000", /no time 24:00:00/],
  ["2026-11-21T23:60:00Z", /no time 23:60:00/],
  ["2026-11-21T12:30:60Z", /no time 12:30:60/],
  ["2016-12-31T23:59:61Z", /no time 23:59:61/],
  ["2026-11-21T09:30:00+24:00", /no zone \+2400/],
  ["2026-11-21T09:30:00-99:00", /no zone -9900/],
  ["21 Nov 2026 09:30:00 +0160", /no zone \+0160/],
  ["Sun, 21 Nov 2026 09:30:00 +0000", /weekday sat for this date, got sun/],
  ["Fri, 29 Feb 2024 09:30:00 +0000", /weekday thu/],
  ["1899-12-31T00:00:00Z", /1900/],
  ["Fri, 21 Nov 12026 09:30:00 +0000", /1900/],
];

for (const [input, problem] of refused) {
  test(`refuses ${JSON.stringify(input)} as a date`, () => {
    assert.throws(
      () => formatDateTime(input as string, "date"),
      (error) => error instanceof MessageError && error.field === "date" && problem.test(error.message),
    );
  });
}

test("reads a written date as the same date", () => {
  const date = fc.date({
    min: new Date("1900-01-01"),
    max: new Date("9999-12-31T23:59:59Z"),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(date, (input) => {
      const written = formatDateTime(input, "date");
      assert.equal(formatDateTime(written, "date"), written);
      assert.equal(formatDateTime(input.toISOString(), "date"), written);
      assert.equal(Date.parse(written), Math.floor(input.getTime() / 1000) * 1000);
    }),
  );
});

test("dates mails of the same second alike, and those of the next anew", (context) => {
  context.mock.timers.enable({ apis: ["Date"], now: Date.UTC(2026, 10, 1, 9, 5, 7, 100) });
  const first = dateHeaderNow();
  context.mock.timers.setTime(Date.UTC(2026, 10, 1, 9, 5, 7, 999));
  assert.equal(dateHeaderNow().value, first.value);
  context.mock.timers.setTime(Date.UTC(2026, 10, 1, 9, 5, 8));
  assert.equal(dateHeaderNow().value, "Sun, 01 Nov 2026 09:05:08 +0000");
  context.mock.timers.setTime(Date.UTC(2026, 10, 1, 9, 5, 7));
  assert.equal(dateHeaderNow().value, "Sun, 01 Nov 2026 09:05:07 +0000");
});
