/** A value that should have been another, as an error may show it: text and objects, which may hold anything, by kind only. */
export function shown(value: unknown): string {
  if (typeof value === "string") return "a string";
  if (typeof value === "symbol") return "a symbol";
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
