import { isAbsolute } from "node:path";
import { refuseOption, wrongOption } from "../../text/options/option-reader.ts";

/**
 * The path of a Unix socket: absolute, so that it means the same wherever the process was started.
 *
 * @throws EnvoiError of kind `"configuration"`; also for paths that are too long, which systems cut off.
 */
export function unixPath(path: string): string {
  if (typeof path !== "string" || !isAbsolute(path))
    throw wrongOption("unixSocket", "an absolute path", path);
  if (path.includes("\0")) throw refuseOption("unixSocket", "the path contains NUL");
  const octets = Buffer.byteLength(path);
  if (octets > LONGEST) {
    throw refuseOption("unixSocket", `expected a path of at most ${LONGEST} bytes, got ${octets}`);
  }
  return path;
}

/** What fits into `sockaddr_un` with its NUL; macOS and the BSDs have room for less. */
const LONGEST = process.platform === "linux" ? 107 : 103;
