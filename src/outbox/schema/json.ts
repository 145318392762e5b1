/**
 * A value as JSON that `jsonb` takes: PostgreSQL refuses NUL and halves of surrogate pairs, which a reply of a server
 * may contain.
 */
export function json(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === "string" && /[\0\ud800-\udfff]/.test(each)
      ? Buffer.from(each.replaceAll("\0", "\ufffd")).toString()
      : each,
  );
}
