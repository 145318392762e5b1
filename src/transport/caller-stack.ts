/**
 * Adds to the stack of an error which functions await what failed. A connection that fails knows nothing of the
 * function that sends; without this no stack would show which mail of an application it was.
 *
 * Call it in the async function that is awaited, with the error that it has caught. Callers that the stack shows
 * already are not added: a transport may stand in front of another.
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
