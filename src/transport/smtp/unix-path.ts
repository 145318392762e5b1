import { isAbsolute } from "node:path";
import { wrongOption } from "./wrong-option.ts";

/**
 * The path of a Unix socket: absolute, so that it means the same wherever the process was started.
 *
 * @throws EnvoiError of kind `"configuration"`; also for paths that are too long, which systems cut off.
 */
export function unixPath(path: string): string {
  if (typeof path !== "string" || !isAbsolute(path))
    throw wrongOption("unixSocket", "expects an absolute path");
  if (path.includes("\0")) throw wrongOption("unixSocket", "a path holds no NUL");
  const octets = Buffer.byteLength(path);
  if (octets > LONGEST) {
    throw wrongOption("unixSocket", `a socket's path has at most ${LONGEST} octets, and this one ${octets}`);
  }
  return path;
}

/** What fits into `sockaddr_un` with its NUL; macOS and the BSDs have room for less. */
const LONGEST = process.platform === "linux" ? 107 : 103;
