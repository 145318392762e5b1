import { wrongOption } from "./option-reader.ts";

/** A secret as a string or bytes. */
export function secret(value: unknown, field: string): string | Uint8Array {
  if ((typeof value === "string" || value instanceof Uint8Array) && value.length > 0) return value;
  throw wrongOption(field, "a secret as a string or bytes, not empty", value);
}
