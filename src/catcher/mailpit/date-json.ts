/** A point in time as JSON (RFC 3339), in UTC. */
export function dateJson(date: Date): string {
  return date.toISOString();
}

/** The date of a Date field as JSON, with the offset from UTC that the field names; `undefined` if it is not valid. */
export function dateFieldJson(field: string): string | undefined {
  const text = field
    .slice(0, LONGEST)
    .replace(/\([^()]*\)/g, "")
    .trim();
  const instant = text === "" ? Number.NaN : Date.parse(text);
  if (Number.isNaN(instant)) return undefined;
  const [, sign, hours, minutes] = /([+-])(\d\d):?(\d\d)$/.exec(text) ?? [];
  const east = (sign === "-" ? -1 : 1) * (60 * Number(hours ?? 0) + Number(minutes ?? 0));
  const shown = new Date(instant + east * 60_000);
  if (Number.isNaN(shown.getTime())) return undefined;
  const offset = east === 0 ? "Z" : `${sign}${hours}:${minutes}`;
  return shown.toISOString().replace(/(?:\.000)?Z$/, offset);
}

const LONGEST = 200;
