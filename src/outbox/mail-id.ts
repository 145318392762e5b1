import { type OptionReader, wrongOption } from "../text/options/option-reader.ts";

/** Whether a text is the id of a mail: a number that PostgreSQL's bigint holds. */
export function isMailId(text: string): boolean {
  return /^[1-9]\d{0,18}$/.test(text) && BigInt(text) < 2n ** 63n;
}

/** Reads the id of a mail. @throws EnvoiError of kind `"configuration"` if it is none. */
export const mailId: OptionReader<string> = (value, field) => {
  if (typeof value === "string" && isMailId(value)) return value;
  throw wrongOption(field, "the id of a mail, as enqueue gives it", value);
};
