import assert from "node:assert/strict";
import { test } from "node:test";
import { readDate } from "#src/catcher/search/date-text.js";
import { timeZone } from "#src/catcher/search/time-zone.js";

const utc = timeZone("UTC");

function iso(text: string, zone = utc): string | undefined {
  const date = readDate(text, zone);
  return date === undefined ? undefined : new Date(date).toISOString().replace(/(?:T00:00:00)?\.000Z$/, "");
}

test("reads days as people write them", () => {
  for (const text of [
    "2026-03-01",
    "2026/3/1",
    "2026.03.01",
    "20260301",
    "3/1/2026",
    "03-01-2026",
    "3/1/26",
    "1 Mar 2026",
    "1st March 2026",
    "1-Mar-2026",
    "March 1, 2026",
    "Mar 1 2026",
    "Sun, 1 Mar 2026",
    "sun mar 1 2026",
    "2026-03",
    "March 2026",
  ])
    assert.equal(iso(text), "2026-03-01", text);
  assert.equal(iso("2026"), "2026-01-01");
});

test("reads times of day and offsets", () => {
  assert.equal(iso("2026-03-01 14:30"), "2026-03-01T14:30:00");
  assert.equal(iso("2026-03-01T14:30:05"), "2026-03-01T14:30:05");
  assert.equal(iso("2026-03-01 2:30 pm"), "2026-03-01T14:30:00");
  assert.equal(iso("2026-03-01 12:05AM"), "2026-03-01T00:05:00");
  assert.equal(iso("2026-03-01T14:30:00+02:00"), "2026-03-01T12:30:00");
  assert.equal(iso("2026-03-01T14:30:00Z", timeZone("Asia/Tokyo")), "2026-03-01T14:30:00");
  assert.equal(iso("Sun, 01 Mar 2026 14:30:00 -0500"), "2026-03-01T19:30:00");
  assert.equal(iso("20260301143000"), "2026-03-01T14:30:00");
  assert.equal(iso("1772323200"), "2026-03-01");
  assert.equal(iso("1772323200000"), "2026-03-01");
});

test("reads a date in a time zone, also where the clocks change", () => {
  const berlin = timeZone("Europe/Berlin");
  assert.equal(iso("2026-03-29", berlin), "2026-03-28T23:00:00");
  assert.equal(iso("2026-03-30", berlin), "2026-03-29T22:00:00");
  assert.equal(iso("2026-10-26", berlin), "2026-10-25T23:00:00");
  assert.equal(iso("2026-01-01 00:00", timeZone("Pacific/Auckland")), "2025-12-31T11:00:00");
  assert.equal(readDate("2026-01-01", timeZone("No/Where")), new Date(2026, 0, 1).getTime());
});

test("refuses what is no date", () => {
  for (const text of [
    "",
    "soon",
    "2026-13-01",
    "2026-02-30",
    "31/12/2026",
    "2026-03-01 25:00",
    "2026-03-01 13:00 pm",
    "12",
    "1/2",
    "2026-03-01T",
    "99999999999999999999",
    "2026-03-01 10:00 +25",
  ])
    assert.equal(iso(text), undefined, text);
});
