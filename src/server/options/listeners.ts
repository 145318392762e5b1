import { OptionReader, refuseOption } from "./option-reader.ts";
import type { ListenOptions, SmtpServerOptions } from "./options.ts";

/** Something to be listened on: a port, or the path of a Unix socket. */
export interface ResolvedListener {
  readonly at: { readonly host: string; readonly port: number } | { readonly path: string };
  readonly tls: "none" | "starttls" | "implicit";
  readonly lmtp: boolean;
}

/**
 * Reads what a server is to listen on; `certified`: it has certificates.
 *
 * @throws EnvoiError of kind `"configuration"`.
 */
export function resolveListeners(
  options: SmtpServerOptions,
  certified: boolean,
): readonly ResolvedListener[] {
  const { listeners } = options;
  const from = new OptionReader<ListenOptions>(options);
  // What is only a standard for others need not make sense by itself.
  const own = resolveListener(options, from, {}, certified || listeners !== undefined);
  if (listeners === undefined) return [own];
  if (options.path !== undefined) throw from.refuse("path", "belongs into one of the listeners");
  if (!Array.isArray(listeners) || listeners.length === 0)
    throw refuseOption("listeners: an array of one or more is expected");
  return listeners.map((listener: ListenOptions, index) =>
    resolveListener(
      listener,
      new OptionReader(listener, `listeners[${index}].`, listenOptionNames),
      options,
      certified,
    ),
  );
}

function resolveListener(
  given: ListenOptions,
  from: OptionReader<ListenOptions>,
  standard: ListenOptions,
  certified: boolean,
): ResolvedListener {
  const path = from.text("path");
  const host = from.text("host");
  const port = from.count("port", standard.port ?? 0, 0, 65_535);
  const lmtp = from.flag("lmtp", standard.lmtp);
  const tls = from.choice("tls", ["none", "starttls", "implicit"]);
  if (path !== undefined) {
    if (host !== undefined || given.port !== undefined)
      throw from.refuse("path", "a Unix socket has neither host nor port");
    if (path.includes("\0") || Buffer.byteLength(path) > LONGEST_PATH)
      throw from.refuse("path", `the path of a Unix socket has at most ${LONGEST_PATH} octets, and no NUL`);
    if ((tls ?? "none") !== "none") throw from.refuse("tls", "a Unix socket does not leave the machine");
    return { at: { path }, tls: "none", lmtp };
  }
  const mode = tls ?? standard.tls ?? (certified ? "starttls" : "none");
  if (mode !== "none" && !certified) throw from.refuse("tls", `"${mode}" needs certificates`);
  return { at: { host: host ?? standard.host ?? "127.0.0.1", port }, tls: mode, lmtp };
}

const listenOptionNames: readonly (keyof ListenOptions)[] = ["host", "port", "path", "tls", "lmtp"];

/** What `sun_path` holds besides the NUL at its end: 108 octets on Linux, 104 on macOS and the BSDs. */
const LONGEST_PATH = process.platform === "linux" ? 107 : 103;
