import { wrongOption } from "../text/options/option-reader.ts";

/** Text that a column takes. PostgreSQL would refuse NUL otherwise. */
export function word(value: unknown, field: string): string {
  if (typeof value === "string" && !value.includes("\0")) return value;
  throw wrongOption(field, "a string", value);
}
