import type { Rate } from "../../../transport/smtp/pool/pool-config.ts";
import { CommandError } from "../../exit-status.ts";
import { shown } from "../../masked.ts";

const units: Readonly<Record<string, number>> = {
  s: 1000,
  sec: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Reads a rate such as `50/s`, `1000/m`, `20000/h` or `10/5s`; a number alone is by second. */
export function readRate(text: string): Rate {
  const [, messages = "0", many = "1", unit = "s"] =
    /^([1-9]\d{0,9})(?:\/(\d{0,6})(s|sec|m|min|h|d))?$/.exec(text.replaceAll(" ", "")) ?? [];
  const interval = Number(many === "" ? "1" : many) * (units[unit] ?? 0);
  if (messages === "0" || interval <= 0)
    throw new CommandError(
      `--rate: expected a number of mails and a time, such as 50/s or 1000/m, got ${shown(text)}`,
    );
  return { messages: Number(messages), interval };
}
