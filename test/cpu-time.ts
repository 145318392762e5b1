/**
 * Measures how long the processor is busy for this process, in milliseconds, from now until the returned function is
 * called. Unlike the time on the clock, it hardly depends on what else the machine does; and unlike the option
 * `timeout` of a test, it is true of code that never waits.
 */
export function cpuTime(): () => number {
  const begun = process.cpuUsage();
  return () => process.cpuUsage(begun).user / 1000;
}
