import { CallerDefaults } from "../../message/caller-defaults.ts";
import { systemResolve } from "../../net/client/addresses.ts";
import { defaultTimeouts, type Timeouts } from "../../net/client/timeouts.ts";
import { systemClock } from "../../net/clock.ts";
import { LMTP_PORT, SMTP_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT } from "../../protocol/ports.ts";
import { duration, oneOf } from "../../text/options/option-kinds.ts";
import {
  type OptionReader,
  type OptionReaders,
  readOptions,
  refuseOption,
} from "../../text/options/option-reader.ts";
import type { ObserverOptions } from "./observer/observer.ts";
import { defaultPool } from "./pool/pool-config.ts";
import type { SmtpOptions } from "./smtp-options.ts";
import { Tls } from "./tls/tls-mode.ts";

/** The settings that a builder collects; `build` makes what belongs to a single transport. */
export type BuilderOptions = Omit<SmtpOptions, "port" | "observer" | "failedAddresses" | "tickets"> &
  Pick<ObserverOptions, "logger" | "logAddresses"> & { readonly port: number | undefined };

/** The default settings. */
export const defaultOptions: Omit<BuilderOptions, "host"> = {
  port: undefined,
  defaults: CallerDefaults.none,
  dialect: "smtp",
  route: { via: "tcp" },
  localAddress: undefined,
  resolve: systemResolve,
  tls: Tls.Wrapper(),
  credentials: undefined,
  mechanisms: undefined,
  allowPlaintextCredentials: false,
  helloName: undefined,
  smtpUtf8: true,
  pipelining: "auto",
  chunking: undefined,
  timeouts: defaultTimeouts,
  deadline: undefined,
  pool: defaultPool,
  signers: [],
  clock: systemClock,
  logger: undefined,
  logAddresses: false,
};

const ports: Readonly<Record<Tls["mode"], number>> = {
  none: SMTP_PORT,
  opportunistic: SMTP_PORT,
  required: SUBMISSION_PORT,
  wrapper: SUBMISSIONS_PORT,
};

/** Whether a value is the name of a Tls mode. */
export function isTlsMode(name: unknown): name is Tls["mode"] {
  return typeof name === "string" && Object.hasOwn(ports, name);
}

/** The port of a server: the one that was set, otherwise the default. */
export function portOf({ dialect, tls, port }: BuilderOptions): number {
  return port ?? (dialect === "lmtp" ? LMTP_PORT : ports[tls.mode]);
}

/** @throws EnvoiError of kind `"configuration"` if options cannot be used together. */
export function checkTogether(options: BuilderOptions): void {
  const { dialect, route, localAddress, pipelining, chunking } = options;
  if (dialect === "lmtp" && portOf(options) === SMTP_PORT && route.via !== "unix")
    throw refuseOption(
      "port",
      "LMTP must not use port 25 (RFC 2033 5)",
      `Most servers have it on ${LMTP_PORT}`,
    );
  if (localAddress !== undefined && (route.via === "unix" || route.via === "connector"))
    throw refuseOption(
      "localAddress",
      `not used with ${route.via === "unix" ? "a Unix socket" : "a connector"}`,
    );
  if (pipelining === "window" && chunking === "never")
    throw refuseOption("chunking", 'pipelining("window") needs BDAT');
}

/** Reads the words of `pipelining` and `chunking`. */
export const pipeliningMode: OptionReader<SmtpOptions["pipelining"]> = oneOf(["off", "auto", "window"]);
/** See {@link pipeliningMode}. */
export const chunkingMode: OptionReader<"never" | "auto"> = oneOf(["never", "auto"]);

const timeoutReaders: OptionReaders<Timeouts> = {
  connect: duration(),
  greeting: duration(),
  command: duration(),
  content: duration(),
  final: duration(),
};

/** Reads timeouts, which replace those of `before`; a number sets every phase. */
export function readTimeouts(given: number | Partial<Timeouts>, before: Timeouts): Timeouts {
  const ms = given as number;
  const all = { connect: ms, greeting: ms, command: ms, content: ms, final: ms };
  const timeouts = typeof given === "number" ? all : (given as Timeouts);
  return { ...before, ...readOptions(timeouts, timeoutReaders, "timeout") };
}
