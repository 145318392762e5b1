/**
 * Ends a test file that is over its time, and does not end by itself: Node's runner sends only SIGTERM, for which a
 * browser, a worker or a command in the test may have a handler, and then waits for ever. Loaded by .ci/test.js into
 * the runner and, through it, into each test file.
 */
import process from "node:process";

/** Milliseconds that a file has after SIGTERM. */
const grace = 10_000;

if (process.env.NODE_TEST_CONTEXT !== undefined) {
  const end = () => process.kill(process.pid, "SIGKILL");
  setTimeout(end, Number(process.env.ENVOI_FILE_TIMEOUT) + grace).unref();
}
