import { HEAD } from "./dialogue.ts";

/** A small message. */
export const message: string = `${HEAD}\r\nHello\r\n`;

/** A line of so many octets, without its end. */
export const lineOf = (length: number): string => `${"x".repeat(length)}\r\n`;

/** So many lines. */
export const many = (line: string, count: number): string => line.repeat(count);

/** A message of so many octets. */
export const upTo = (size: number): string => {
  const rest = size - message.length;
  return (
    message + many(lineOf(98), Math.floor(rest / 100)) + (rest % 100 > 1 ? lineOf((rest % 100) - 2) : "")
  );
};
