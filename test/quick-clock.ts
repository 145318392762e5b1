import { type Clock, systemClock, type Timer } from "#src/net/clock.js";

/** The machine's clock, so many times as fast: what waits for seconds is done in milliseconds. */
export function quickClock(times: number): Clock {
  return {
    now: () => systemClock.now() * times,
    wall: () => systemClock.wall() * times,
    timer: (ms: number, action: () => void, hold?: boolean): Timer =>
      systemClock.timer(ms / times, action, hold),
  };
}
