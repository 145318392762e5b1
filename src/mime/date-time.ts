import { withoutComments } from "./comment.ts";
import { Header } from "./header.ts";
import { MessageError } from "./message-error.ts";

/** A point in time; a string carries its own zone: `2026-11-21T09:30:00+01:00`, or as RFC 5322 writes it. */
export type DateInput = Date | string;

/**
 * Writes a point in time by RFC 5322 section 3.3. A `Date` has no time zone and is written in UTC. The zone of a string
 * is kept, also `-0000`, which means that the zone is unknown.
 *
 * A string is a date and time of RFC 3339 (seconds may be missing), or any form of RFC 5322 3.3: with comments, blanks
 * and folds, in any case, with or without weekday and seconds. Of the obsolete forms (4.3) it may have years of two and
 * three digits and the zones UT, GMT, Z, EST, EDT, CST, CDT, MST, MDT, PST and PDT; other names of zones are
 * ambiguous and are refused. So are dates that do not exist: 30 February, 24:00, a wrong weekday. A leap second is
 * kept.
 *
 * @throws MessageError if it is not a date, has no zone, or is not in the years 1900 to 9999.
 */
export function formatDateTime(input: DateInput, field: string): string {
  if (!(input instanceof Date)) {
    const moment = typeof input === "string" ? (readIso(input) ?? readRfc5322(input)) : undefined;
    if (moment !== undefined) return write(moment, field);
    throw new MessageError(
      `${field}: expected a Date, or a string with its zone such as 2026-11-21T09:30:00+01:00`,
      { field },
    );
  }
  const year = input.getUTCFullYear();
  if (!isYear(year)) throw wrongYear(field);
  return input.toUTCString().replace("GMT", "+0000");
}

/** A header of one point in time: Date. */
export function dateHeader(name: string, input: DateInput, field: string): Header {
  const value = formatDateTime(input, field);
  return Header.formatted(name, value, `${name}: ${value}`);
}

/** Returns the Date field for now. Mails of the same second share it. */
export function dateHeaderNow(): Header {
  const now = Date.now();
  const second = Math.floor(now / 1000);
  if (second !== latest?.second) latest = { second, header: dateHeader("Date", new Date(now), "date") };
  return latest.header;
}

let latest: { readonly second: number; readonly header: Header } | undefined;

/** What was read from a text, before it is checked. */
interface Moment {
  readonly weekday: string | undefined;
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Such as `+0100`. */
  readonly zone: string;
}

const iso = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(?:Z|([+-]\d\d):?(\d\d))$/i;

function readIso(text: string): Moment | undefined {
  const match = iso.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, zoneHour = "+00", zoneMinute = "00"] = match;
  return {
    weekday: undefined,
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second ?? 0),
    zone: zoneHour + zoneMinute,
  };
}

const weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

const rfc5322 = new RegExp(
  `^ ?(?:(${weekdays.join("|")}) ?, ?)?(\\d{1,2}) ?(${months.join("|")}) ?(\\d{2,6}) (\\d\\d) ?: ?(\\d\\d)(?: ?: ?(\\d\\d))? ?([+-]\\d{4}|[a-z]{1,3}) ?$`,
  "i",
);

/** The zones that have a name in RFC 5322 4.3, and Z, which is UTC to everyone. */
const namedZones = new Map([
  ["UT", "+0000"],
  ["GMT", "+0000"],
  ["Z", "+0000"],
  ["EDT", "-0400"],
  ["EST", "-0500"],
  ["CDT", "-0500"],
  ["CST", "-0600"],
  ["MDT", "-0600"],
  ["MST", "-0700"],
  ["PDT", "-0700"],
  ["PST", "-0800"],
]);

function readRfc5322(text: string): Moment | undefined {
  const match = rfc5322.exec(withoutComments(text) ?? "");
  if (match === null) return undefined;
  const [, weekday, day, month = "", year = "", hour, minute, second, zone = ""] = match;
  const offset = /^[+-]/.test(zone) ? zone : namedZones.get(zone.toUpperCase());
  if (offset === undefined) return undefined;
  return {
    weekday: weekday?.toLowerCase(),
    year: Number(year) + (year.length > 3 ? 0 : year.length === 2 && Number(year) < 50 ? 2000 : 1900),
    month: months.indexOf(month.toLowerCase()) + 1,
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second ?? 0),
    zone: offset,
  };
}

function write(moment: Moment, field: string): string {
  const { weekday, year, month, day, hour, minute, second, zone } = moment;
  if (!isYear(year)) throw wrongYear(field);
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day)
    throw notThere(`day ${day} of month ${month} in ${year}`, field);
  const isTime = hour <= 23 && minute <= 59 && (second <= 59 || isLeapSecond(moment));
  if (!isTime) throw notThere(`time ${[hour, minute, second].map(twoDigits).join(":")}`, field);
  if (!/^[+-](?:[01]\d|2[0-3])[0-5]\d$/.test(zone)) throw notThere(`zone ${zone}`, field);
  const rightDay = weekdays[date.getUTCDay()];
  if (weekday !== undefined && weekday !== rightDay)
    throw new MessageError(`${field}: expected the weekday ${rightDay} for this date, got ${weekday}`, {
      field,
    });
  const [dayAndMonth = ""] = /^.{16}/.exec(date.toUTCString()) ?? [];
  return `${dayAndMonth} ${[hour, minute, second].map(twoDigits).join(":")} ${zone}`;
}

/**
 * Leap seconds follow 23:59:59 UTC; which days have one is announced half a year before. Local 23:59:60 is in RFC 5322
 * 3.3.
 */
function isLeapSecond({ hour, minute, second, zone }: Moment): boolean {
  if (second !== 60) return false;
  const offset = Number(`${zone[0]}1`) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3)));
  const local = hour * 60 + minute;
  const lastMinute = 23 * 60 + 59;
  return local === lastMinute || (local - offset + 2 * 1440) % 1440 === lastMinute;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

function isYear(year: number): boolean {
  return year >= 1900 && year <= 9999;
}

function wrongYear(field: string): MessageError {
  return new MessageError(`${field}: expected a date between the years 1900 and 9999`, { field });
}

function notThere(what: string, field: string): MessageError {
  return new MessageError(`${field}: expected a date that exists, but there is no ${what}`, { field });
}
