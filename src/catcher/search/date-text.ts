import type { TimeZone } from "./time-zone.ts";

/**
 * Reads a date as people write it in a search, with or without a time of day: `2026-03-01`, `2026-03`, `03/31/2026`
 * (month first), `1 Mar 2026`, `Mar 1, 2026`, `2026-03-01 14:30`, `2026-03-01T14:30:00+01:00`, `20260301`, or
 * seconds or milliseconds since 1970. Returns milliseconds since 1970; `undefined` for text that is not a date.
 *
 * @param zone where the date is meant, unless the text names an offset itself.
 */
export function readDate(text: string, zone: TimeZone): number | undefined {
  const trimmed = text.trim().toUpperCase();
  if (/^\d{10}$/.test(trimmed)) return Number(trimmed) * 1000;
  if (/^\d{13}$/.test(trimmed)) return Number(trimmed);
  const [, before = "", clock, offset] = WITH_TIME.exec(trimmed) ?? [];
  const date = readDay(clock === undefined ? trimmed : before);
  if (date === undefined) return undefined;
  const time = clock === undefined ? 0 : readClock(clock);
  if (time === undefined) return undefined;
  const shown = date + time;
  const minutes = offset === undefined ? undefined : readOffset(offset);
  return minutes === undefined ? zone.instantOf(shown) : shown - minutes * 60_000;
}

/** A date, a time of day, and perhaps an offset from UTC. */
const WITH_TIME =
  /^(.*?)(?:T|,?\s+|(?<=^\d{8}))(\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?\s?(?:AM|PM)?|(?<=^\d{8}T?)\d{6})\s?(Z|GMT|UTC|[+-]\d{2}:?\d{2})?(?:\s?\([A-Z]+\))?$/;

/** Midnight of a day, as if in UTC. */
function readDay(text: string): number | undefined {
  for (const { form, order } of dayForms) {
    const match = form.exec(text.trim());
    if (match === null) continue;
    const parts = { Y: 1970, M: 1, D: 1 };
    for (const [index, part] of [...order].entries())
      parts[part as keyof typeof parts] = numberOf(match[index + 1] ?? "1");
    return dayOf(parts.Y, parts.M, parts.D);
  }
  return undefined;
}

const MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" ");
const MONTH = "(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)[A-Z]*\\.?";

/** The forms of a day, with the order of year, month and day in each. */
const dayForms: readonly { readonly form: RegExp; readonly order: string }[] = [
  { form: /^(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?$/, order: "YMD" },
  { form: /^(\d{4})(\d{2})(\d{2})$/, order: "YMD" },
  { form: /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})$/, order: "MDY" },
  {
    form: new RegExp(
      `^(?:[A-Z]{3,9},?\\s+)?(\\d{1,2})(?:ST|ND|RD|TH)?[\\s-]+${MONTH},?[\\s-]+(\\d{4}|\\d{2})$`,
    ),
    order: "DMY",
  },
  {
    form: new RegExp(`^(?:[A-Z]{3,9},?\\s+)?${MONTH}\\s+(\\d{1,2})(?:ST|ND|RD|TH)?,?\\s+(\\d{4})$`),
    order: "MDY",
  },
  { form: new RegExp(`^${MONTH},?\\s+(\\d{4})$`), order: "MY" },
];

function numberOf(text: string): number {
  const month = MONTHS.indexOf(text.slice(0, 3));
  if (month !== -1) return month + 1;
  // Two digits are a year of this century, or a day or a month.
  return Number(text);
}

function dayOf(year: number, month: number, day: number): number | undefined {
  const whole = year < 100 ? 2000 + year : year;
  const at = new Date(Date.UTC(whole, month - 1, day));
  // Such as February 30.
  return at.getUTCMonth() === month - 1 && at.getUTCDate() === day ? at.getTime() : undefined;
}

/** Milliseconds since midnight. */
function readClock(text: string): number | undefined {
  const digits = /^(\d{2})(\d{2})(\d{2})$/.exec(text);
  const match = digits ?? /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s?(AM|PM)?$/.exec(text);
  if (match === null) return undefined;
  const [, hours = "0", minutes = "0", seconds = "0", fraction = "0", half] = match;
  let hour = Number(hours);
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return undefined;
    hour = (hour % 12) + (half === "PM" ? 12 : 0);
  }
  if (hour > 24 || Number(minutes) > 59 || Number(seconds) > 60) return undefined;
  return (
    ((hour * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + Math.floor(Number(`0.${fraction}`) * 1000)
  );
}

/** Minutes east of UTC. */
function readOffset(text: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(text) ?? [];
  if (sign === undefined) return 0;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
