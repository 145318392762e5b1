import { refuseOption, wrongOption } from "../../text/options/option-reader.ts";
import type { ListenOptions, SmtpServerOptions } from "./options.ts";

/** A port, or the path of a Unix socket, to listen on. */
export interface ResolvedListener {
  readonly at: { readonly host: string; readonly port: number } | { readonly path: string };
  readonly tls: "none" | "starttls" | "implicit";
  readonly lmtp: boolean;
}

/**
 * Resolves what a server listens on, from options that have been read.
 *
 * @param certified whether the server has certificates.
 * @throws EnvoiError of kind `"configuration"` for options that contradict each other.
 */
export function resolveListeners(
  options: SmtpServerOptions,
  certified: boolean,
): readonly ResolvedListener[] {
  const { listeners } = options;
  if (listeners === undefined) return [resolveListener(options, {}, certified, "")];
  if (options.path !== undefined)
    throw refuseOption("path", "cannot be used with listeners", "Move it into one of the listeners");
  if (listeners.length === 0) throw wrongOption("listeners", "at least one listener", listeners);
  return listeners.map((listener, index) =>
    resolveListener(listener, options, certified, `listeners[${index}].`),
  );
}

function resolveListener(
  { host, port, path, lmtp, tls }: ListenOptions,
  defaults: ListenOptions,
  certified: boolean,
  prefix: string,
): ResolvedListener {
  const spokenLmtp = lmtp ?? defaults.lmtp ?? false;
  if (path !== undefined) {
    checkPath(path, `${prefix}path`);
    if (host !== undefined || port !== undefined)
      throw refuseOption(`${prefix}path`, "cannot be used with host or port", "Leave them out");
    if (tls !== undefined && tls !== "none")
      throw refuseOption(`${prefix}tls`, "a Unix socket does not leave the machine", "Leave it out");
    return { at: { path }, tls: "none", lmtp: spokenLmtp };
  }
  const mode = tls ?? defaults.tls ?? (certified ? "starttls" : "none");
  if (mode !== "none" && !certified)
    throw refuseOption(`${prefix}tls`, `"${mode}" needs certificates`, "Give them as certificates");
  const at = { host: host ?? defaults.host ?? "127.0.0.1", port: port ?? defaults.port ?? 0 };
  return { at, tls: mode, lmtp: spokenLmtp };
}

function checkPath(path: string, field: string): void {
  const length = Buffer.byteLength(path);
  if (path.includes("\0")) throw refuseOption(field, "expected a path without NUL, got one with NUL");
  if (length > LONGEST_PATH)
    throw refuseOption(field, `expected a path of at most ${LONGEST_PATH} bytes, got ${length} bytes`);
}

/** What `sun_path` holds besides the NUL at its end: 108 bytes on Linux, 104 on macOS and the BSDs. */
const LONGEST_PATH = process.platform === "linux" ? 107 : 103;
