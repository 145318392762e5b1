import { Header } from "./header.ts";
import { MessageError } from "./message-error.ts";

/** A point in time; a string carries its own zone: `2026-11-21T09:30:00+01:00`, or as RFC 5322 writes it. */
export type DateInput = Date | string;

/**
 * Writes a point in time as RFC 5322 section 3.3 wants it. A `Date` knows no zone and is written in UTC; the zone of
 * a string is kept.
 *
 * @throws MessageError if it is no date, has no zone, or lies outside the years 1900 to 9999.
 */
export function formatDateTime(input: DateInput, field: string): string {
  const offset = input instanceof Date ? 0 : zoneOf(input, field);
  const time = input instanceof Date ? input.getTime() : Date.parse(input);
  const local = new Date(time + offset * 60_000);
  const year = local.getUTCFullYear();
  if (!(year >= 1900 && year <= 9999)) {
    throw new MessageError(`${field}: not a date between the years 1900 and 9999`, { field });
  }
  return local.toUTCString().replace("GMT", formatOffset(offset));
}

/** A header of one point in time: Date. */
export function dateHeader(name: string, input: DateInput, field: string): Header {
  const value = formatDateTime(input, field);
  return Header.formatted(name, value, `${name}: ${value}`);
}

const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|([+-]\d\d):?(\d\d))$/;
const rfc5322 =
  /^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d(?::\d\d)? (?:GMT|([+-]\d\d)(\d\d))$/;

/** Minutes east of Greenwich. */
function zoneOf(text: string, field: string): number {
  const match = typeof text === "string" ? (iso.exec(text) ?? rfc5322.exec(text)) : null;
  if (match === null) {
    throw new MessageError(
      `${field}: a date is a Date, or a string with its zone such as 2026-11-21T09:30:00+01:00`,
      { field },
    );
  }
  const [, hours = "+00", minutes = "00"] = match;
  const sign = hours.startsWith("-") ? -1 : 1;
  return sign * (Math.abs(Number(hours)) * 60 + Number(minutes));
}

function formatOffset(offset: number): string {
  const minutes = Math.abs(offset);
  const digits = String(Math.trunc(minutes / 60) * 100 + (minutes % 60)).padStart(4, "0");
  return (offset < 0 ? "-" : "+") + digits;
}
