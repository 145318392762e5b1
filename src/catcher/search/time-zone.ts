/** The point in time at which clocks of a time zone show a date and a time of day. */
export interface TimeZone {
  /** @param clock what the clocks show, as if they showed UTC, in milliseconds since 1970. */
  instantOf(clock: number): number;
}

/** The time zone of this machine. */
export const localZone: TimeZone = {
  instantOf(clock) {
    const shown = new Date(clock);
    return new Date(
      shown.getUTCFullYear(),
      shown.getUTCMonth(),
      shown.getUTCDate(),
      shown.getUTCHours(),
      shown.getUTCMinutes(),
      shown.getUTCSeconds(),
      shown.getUTCMilliseconds(),
    ).getTime();
  },
};

/** The time zone of a name such as `"Pacific/Auckland"`; the one of this machine if there is no such name. */
export function timeZone(name: string | undefined): TimeZone {
  if (name === undefined || name === "") return localZone;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: name,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch {
    return localZone;
  }
  const offsetAt = (instant: number): number => clockAt(format, instant) - Math.floor(instant / 1000) * 1000;
  return {
    instantOf(clock) {
      // The offset at the first guess may be that of the other side of a change of the clocks.
      const guess = clock - offsetAt(clock);
      return clock - offsetAt(guess);
    },
  };
}

/** What the clocks show at a point in time, as if they showed UTC. */
function clockAt(format: Intl.DateTimeFormat, instant: number): number {
  const shown = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  const of = (type: Intl.DateTimeFormatPartTypes): number => shown.get(type) ?? 0;
  return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
}
