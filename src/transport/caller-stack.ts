/**
 * Adds the functions that await a failed send to the stack of its error. A connection that fails does not know the
 * function that sends; without this, no stack would show which mail of an application it was.
 *
 * Call it in the async function that is awaited, with the error that was caught. Callers that the stack shows already
 * are not added, because transports can be nested.
 */
export function withCallers(error: unknown): unknown {
  if (!(error instanceof Error) || typeof error.stack !== "string") return error;
  const here: { stack?: string } = {};
  // Only V8 has it.
  Error.captureStackTrace?.(here, withCallers);
  const known = error.stack;
  const isNew = (line: string) => line.startsWith("    at async ") && !known.includes(line);
  const callers = here.stack?.split("\n").filter(isNew) ?? [];
  if (callers.length > 0) error.stack = [known, ...callers].join("\n");
  return error;
}
