/**
 * Reads a size such as `"2kb"`, `"1.5M"` or `"900"`, in bytes; a kilobyte has 1024. Returns 0 for text that is not a
 * size.
 */
export function readSize(text: string): number {
  const [, digits, unit = ""] = /^(\d+(?:\.\d+)?)\s?(|kb?|mb?)$/i.exec(text) ?? [];
  if (digits === undefined) return 0;
  const factor = unit === "" ? 1 : /^k/i.test(unit) ? 1024 : 1_048_576;
  return Math.floor(Number(digits) * factor);
}
