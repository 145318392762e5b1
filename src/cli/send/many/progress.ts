import type { Terminal } from "../../terminal.ts";
import { widthOf } from "../../terminal.ts";
import type { Totals } from "./totals.ts";

/** How often it is drawn, in milliseconds. */
const EVERY = 100;

/** A progress bar on the last line of a terminal. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #totals: Totals;
  readonly #rows: number | undefined;
  readonly #begun = performance.now();
  readonly #timer: NodeJS.Timeout;
  #drawn = false;

  constructor(terminal: Terminal, totals: Totals, rows: number | undefined) {
    this.#terminal = terminal;
    this.#totals = totals;
    this.#rows = rows;
    this.#timer = setInterval(() => this.#draw(), EVERY).unref();
    this.#draw();
  }

  /** Writes a line above the bar. */
  above(text: string): void {
    this.#erase();
    this.#terminal.errors.write(`${text}\n`);
    this.#draw();
  }

  /** Removes the bar. */
  end(): void {
    clearInterval(this.#timer);
    this.#erase();
  }

  #draw(): void {
    const { errors, environment } = this.#terminal;
    const width = widthOf(errors, environment) - 1;
    const seconds = (performance.now() - this.#begun) / 1000;
    const { done, earlier, counts } = this.#totals;
    const failed = done - counts.accepted;
    const line = progressLine({ done, earlier, failed, rows: this.#rows, seconds }, width);
    errors.write(`\r${line}\x1b[K`);
    this.#drawn = true;
  }

  #erase(): void {
    if (this.#drawn) this.#terminal.errors.write("\r\x1b[K");
    this.#drawn = false;
  }
}

/** What a progress bar shows. */
export interface ProgressFacts {
  readonly done: number;
  /** Of those, done by earlier runs. */
  readonly earlier: number;
  readonly failed: number;
  readonly rows: number | undefined;
  readonly seconds: number;
}

/** The text of the bar, at most so many columns wide: what does not fit is left out, the least important first. */
export function progressLine({ done, earlier, failed, rows, seconds }: ProgressFacts, width: number): string {
  const share = rows === undefined ? undefined : rows === 0 ? 1 : Math.min(1, done / rows);
  const count = rows === undefined ? number(done) : `${number(done)}/${number(rows)}`;
  const percent = share === undefined ? "" : `${Math.floor(share * 100)}%`.padStart(4);
  const failures = failed === 0 ? "" : `${number(failed)} failed`;
  const rate = seconds < 1 ? 0 : (done - earlier) / seconds;
  const speed = rate === 0 ? "" : `${number(Math.round(rate))}/s`;
  const left = rows === undefined || rate === 0 ? "" : `${time((rows - done) / rate)} left`;
  const parts = [count, failures, percent, speed, left].filter((part) => part !== "");
  while (parts.length > 1 && parts.join("  ").length > width) parts.pop();
  const text = parts.join("  ");
  const room = width - text.length - 4;
  if (share === undefined || room < 5) return text.slice(0, Math.max(0, width));
  const cells = Math.min(room, 40);
  const full = Math.round(share * cells);
  return `[${"#".repeat(full)}${"-".repeat(cells - full)}]  ${text}`;
}

function number(value: number): string {
  return value.toLocaleString("en");
}

function time(seconds: number): string {
  const whole = Math.ceil(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  const two = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
