/**
 * Adds to the stack of an error who waits for what failed. A connection that fails knows nothing of the function that
 * sends; without this no stack would show which mail of an application it was.
 *
 * To be called by the async function that is waited for, once it has caught the error.
 */
export function withCallers(error: unknown): unknown {
  if (!(error instanceof Error) || typeof error.stack !== "string") return error;
  const here: { stack?: string } = {};
  // Not everywhere: it is V8's.
  Error.captureStackTrace?.(here, withCallers);
  const callers = here.stack?.split("\n").filter((line) => line.startsWith("    at async ")) ?? [];
  if (callers.length > 0) error.stack = [error.stack, ...callers].join("\n");
  return error;
}
