/**
 * A value in the words of an error: short, and without the contents of an object. A string is quoted, and cut at 60
 * characters.
 */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  return described(value);
}

/** Like {@link shown}, but of a string only that it is one: it may be a secret or an address. */
export function described(value: unknown): string {
  switch (typeof value) {
    case "string":
      return value === "" ? "an empty string" : "a string";
    case "function":
      return "a function";
    case "bigint":
      return "a bigint";
    case "object":
      if (value === null) return "null";
      if (value instanceof Map) return "a Map";
      if (Array.isArray(value)) return value.length === 0 ? "an empty array" : "an array";
      return "an object";
    default:
      return String(value);
  }
}
