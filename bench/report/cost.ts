/** The work of a contender in one round, and its cost. */
export interface Cost {
  readonly count: number;
  readonly seconds: number;
  /** User and system time of the contender's own process. */
  readonly cpuSeconds: number;
}

/** How many per second, in the median of the rounds. */
export function rate(costs: readonly Cost[]): number {
  return median(costs.map(({ count, seconds }) => count / seconds));
}

/** Microseconds of processor time for each, in the median of the rounds. */
export function cpuEach(costs: readonly Cost[]): number {
  return median(costs.map(({ count, cpuSeconds }) => (cpuSeconds / count) * 1e6));
}

/** The middle value, or the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = Number.NaN, high = low] = sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1);
  return (low + high) / 2;
}
