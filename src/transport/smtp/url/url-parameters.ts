import { defaultTimeouts, type Timeouts } from "../../../net/client/timeouts.ts";
import { nearest } from "../../../text/options/nearest-name.ts";
import { refuseOption, wrongChoice } from "../../../text/options/option-reader.ts";
import type { Mechanism } from "../login/mechanism.ts";
import { defaultPool, type PoolConfig, type Rate } from "../pool/pool-config.ts";
import type { TlsVersion } from "../tls/tls-identity.ts";
import { Tls } from "../tls/tls-mode.ts";
import { TlsParameters } from "../tls/tls-parameters.ts";
import type { UrlSetting, UrlSettings } from "./url-settings.ts";

/**
 * The settings in the parameters of a URL.
 *
 * @throws EnvoiError of kind `"configuration"` if a parameter is misspelt, given twice, or not valid.
 */
export function settingsIn({ protocol, searchParams }: URL): readonly UrlSetting[] {
  const given = new Parameters(searchParams);
  const settings: UrlSetting[] = [["tls", tlsOf(protocol, given)]];
  for (const [name, read] of Object.entries(rows)) {
    const value = given.take(name);
    // The type of the table ties each value to its name, which TypeScript cannot follow by a key.
    if (value !== undefined) settings.push([name, read(value, name)] as unknown as UrlSetting);
  }
  const timeouts = given.takeAll("timeout");
  if (timeouts !== undefined) settings.push(["timeout", timeouts as Partial<Timeouts>]);
  const rate = given.take("pool.rate");
  if (rate !== undefined) settings.push(["pool", { rate: rateOf(rate) }]);
  const pool = given.takeAll("pool");
  if (pool !== undefined) settings.push(["pool", pool as Partial<PoolConfig>]);
  given.refuseRest();
  return settings;
}

/** How a parameter with the name of a builder's method is read; the method checks its value. */
const rows: {
  readonly [Name in Exclude<keyof UrlSettings, "unixSocket" | "port" | "credentials" | "tls">]: (
    value: string,
    name: string,
  ) => UrlSettings[Name];
} = {
  helloName: asGiven,
  localAddress: asGiven,
  proxy: asGiven,
  authentication: (value) => value.split(",") as Mechanism[],
  allowPlaintextCredentials: truthOf,
  smtpUtf8: truthOf,
  pipelining: asGiven,
  chunking: asGiven,
  pool(value, name) {
    if (value === "false") return false;
    throw wrongChoice(
      name,
      "false",
      value,
      "Settings of a pool have names of their own, such as pool.maxSize",
    );
  },
  timeout: numberOf,
  deadline: numberOf,
};

const tlsParameters = ["tls.domain", "tls.minVersion", "tls.pin"] as const;

/** All names, to suggest the nearest to one that does not exist. */
const known: readonly string[] = [
  ...["tls", ...tlsParameters],
  ...Object.keys(rows),
  ...Object.keys(defaultTimeouts).map((phase) => `timeout.${phase}`),
  ...Object.keys(defaultPool).map((name) => `pool.${name}`),
];

/** The parameters of nodemailer's URLs, and what replaces them here. */
const nodemailers: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  name: "helloName",
  secure: "the scheme smtps:",
  requireTLS: "tls=required",
  ignoreTLS: "tls=none",
  opportunisticTLS: "tls=opportunistic",
  lmtp: "the scheme lmtp:",
  authMethod: "authentication",
  connectionTimeout: "timeout.connect",
  greetingTimeout: "timeout.greeting",
  socketTimeout: "timeout.command, timeout.content and the like",
  maxConnections: "pool.maxSize",
  maxMessages: "pool.maxMessagesPerConnection",
  rateLimit: "pool.rate",
  rateDelta: "pool.rate",
  "tls.servername": "tls.domain",
  "tls.rejectUnauthorized": "tls.pin, or NODE_EXTRA_CA_CERTS in the environment",
});

function tlsOf(protocol: string, given: Parameters): Tls {
  const mode = modeOf(protocol, given.take("tls"));
  const [domain, minVersion, pins] = tlsParameters.map((name) => given.take(name));
  if (domain === undefined && minVersion === undefined && pins === undefined) return mode;
  if (mode === Tls.None)
    throw refuseOption(tlsParameters.join(", "), "not used without TLS", "Add tls=required");
  const parameters = TlsParameters.builder(domain);
  if (minVersion !== undefined) parameters.minVersion(minVersion as TlsVersion);
  for (const pin of pins?.split(",") ?? []) parameters.pin(pin);
  return { mode: mode.mode, parameters: parameters.build() };
}

function modeOf(protocol: string, tls: string | undefined): Tls {
  if (protocol === "smtps:") {
    if (tls === undefined || tls === "wrapper") return Tls.Wrapper;
    throw refuseOption("tls", "smtps: is TLS from the first byte", "For STARTTLS use smtp: and tls=required");
  }
  switch (tls) {
    case undefined:
    case "none":
      return Tls.None;
    case "opportunistic":
      return Tls.Opportunistic;
    case "required":
      return Tls.Required;
    case "wrapper":
      if (protocol !== "smtp:") return Tls.Wrapper;
      throw refuseOption("tls", "smtp: is not TLS from the first byte", "Use smtps:");
    default:
      throw wrongChoice("tls", "none, opportunistic or required", tls);
  }
}

/** The parameters of a URL, of which each is taken once. */
class Parameters {
  readonly #left: Map<string, string> = new Map();

  constructor(parameters: URLSearchParams) {
    for (const [name, value] of parameters) {
      if (this.#left.has(name)) throw refuseOption(name, "given more than once");
      if (value.includes("\ufffd")) throw refuseOption(name, "not percent-encoded correctly");
      this.#left.set(name, value);
    }
  }

  take(name: string): string | undefined {
    const value = this.#left.get(name);
    this.#left.delete(name);
    return value;
  }

  /** The numbers, and `true` and `false`, that are called `group.name`, by their names. */
  takeAll(group: string): Record<string, number | boolean> | undefined {
    const found: Record<string, number | boolean> = Object.create(null);
    for (const [name, value] of this.#left) {
      if (!name.startsWith(`${group}.`)) continue;
      found[name.slice(group.length + 1)] = /^(?:true|false)$/.test(value)
        ? value === "true"
        : numberOf(value, name);
      this.#left.delete(name);
    }
    return Object.keys(found).length === 0 ? undefined : found;
  }

  refuseRest(): void {
    const [name] = this.#left.keys();
    if (name === undefined) return;
    // What cannot be a name is probably a password with a question mark in it.
    if (!/^[\w.]{1,60}$/.test(name))
      throw refuseOption(
        "url",
        "expected parameters such as ?helloName= after a question mark, got something else",
        "In user and password, encode # / ? : @ with encodeURIComponent()",
      );
    const written = JSON.stringify(name);
    const elsewhere = nodemailers[name];
    const remedy = elsewhere === undefined ? `the nearest is ${nearest(name, known)}` : `use ${elsewhere}`;
    throw refuseOption("url", `there is no parameter ${written}; ${remedy}`);
  }
}

/** `14/1000`: so many mails in so many milliseconds. */
function rateOf(value: string): Rate {
  const [messages, interval, ...rest] = value.split("/").map((part) => numberOf(part, "pool.rate"));
  if (messages === undefined || interval === undefined || rest.length > 0)
    throw wrongChoice("pool.rate", "a number of mails, a slash, and milliseconds", value);
  return { messages, interval };
}

function numberOf(value: string, name: string): number {
  if (!/^\d{1,12}$/.test(value)) throw wrongChoice(name, "a whole number", value);
  return Number(value);
}

function truthOf(value: string, name: string): boolean {
  if (value !== "true" && value !== "false") throw wrongChoice(name, "true or false", value);
  return value === "true";
}

function asGiven<T extends string>(value: string): T {
  return value as T;
}
