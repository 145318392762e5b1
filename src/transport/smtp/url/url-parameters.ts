import { defaultTimeouts, type Timeouts } from "../../../net/client/timeouts.ts";
import { nearest } from "../../../text/nearest.ts";
import type { SmtpTransportBuilder } from "../builder.ts";
import type { Mechanism } from "../login/mechanism.ts";
import { defaultPool, type PoolConfig, type Rate } from "../pool/pool-config.ts";
import { Tls } from "../tls/tls-mode.ts";
import { TlsParameters, type TlsVersion } from "../tls/tls-parameters.ts";
import { wrongUrl } from "./wrong-url.ts";

/** Tells a builder what the parameters of a URL say. Whatever is misspelt, or said twice, is refused. */
export function applyParameters<Built>(
  builder: SmtpTransportBuilder<Built>,
  { protocol, searchParams }: URL,
): SmtpTransportBuilder<Built> {
  const said = new Parameters(searchParams);
  builder.tls(tlsOf(protocol, said));
  for (const [name, apply] of Object.entries(rows)) {
    const value = said.take(name);
    if (value !== undefined) apply(builder as SmtpTransportBuilder<unknown>, value, name);
  }
  const timeouts = said.takeAll("timeout");
  if (timeouts !== undefined) builder.timeout(timeouts as Partial<Timeouts>);
  const rate = said.take("pool.rate");
  if (rate !== undefined) builder.pool({ rate: rateOf(rate) });
  const pool = said.takeAll("pool");
  if (pool !== undefined) builder.pool(pool as Partial<PoolConfig>);
  said.refuseRest();
  return builder;
}

/** One row for each parameter that is a word of the builder's. */
const rows: Readonly<
  Record<string, (builder: SmtpTransportBuilder<unknown>, value: string, name: string) => unknown>
> = {
  helloName: (builder, value) => builder.helloName(value),
  localAddress: (builder, value) => builder.localAddress(value),
  proxy: (builder, value) => builder.proxy(value),
  authentication: (builder, value) => builder.authentication(value.split(",") as Mechanism[]),
  allowPlaintextCredentials: (builder, value, name) =>
    builder.allowPlaintextCredentials(truthOf(name, value)),
  smtpUtf8: (builder, value, name) => builder.smtpUtf8(truthOf(name, value)),
  pipelining: (builder, value) => builder.pipelining(value as "auto"),
  chunking: (builder, value) => builder.chunking(value as "auto"),
  pool: (builder, value) => {
    if (value !== "false")
      throw wrongUrl("pool is false; what a pool has is said by pool.maxSize and the like");
    builder.pool(false);
  },
  timeout: (builder, value, name) => builder.timeout(numberOf(name, value)),
  deadline: (builder, value, name) => builder.deadline(numberOf(name, value)),
};

const tlsParameters = ["tls.domain", "tls.minVersion", "tls.pin"] as const;

/** The names there are, for whoever misspelt one. */
const known: readonly string[] = [
  ...["tls", ...tlsParameters],
  ...Object.keys(rows),
  ...Object.keys(defaultTimeouts).map((phase) => `timeout.${phase}`),
  ...Object.keys(defaultPool).map((name) => `pool.${name}`),
];

/** What the URLs of nodemailer say, for those who bring theirs along. */
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

function tlsOf(protocol: string, said: Parameters): Tls {
  const mode = modeOf(protocol, said.take("tls"));
  const [domain, minVersion, pins] = tlsParameters.map((name) => said.take(name));
  if (domain === undefined && minVersion === undefined && pins === undefined) return mode;
  if (mode === Tls.None) throw wrongUrl(`${tlsParameters.join(", ")} mean nothing without TLS`);
  const parameters = TlsParameters.builder(domain);
  if (minVersion !== undefined) parameters.minVersion(minVersion as TlsVersion);
  for (const pin of pins?.split(",") ?? []) parameters.pin(pin);
  return { mode: mode.mode, parameters: parameters.build() };
}

function modeOf(protocol: string, tls: string | undefined): Tls {
  if (protocol === "smtps:") {
    if (tls === undefined || tls === "wrapper") return Tls.Wrapper;
    throw wrongUrl("smtps: speaks TLS from the first octet; ?tls= goes with smtp:");
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
      throw wrongUrl("TLS from the first octet is what smtps: says");
    default:
      throw wrongUrl("tls is one of none, opportunistic and required");
  }
}

/** The parameters of a URL, of which each is taken once. */
class Parameters {
  readonly #left: Map<string, string> = new Map();

  constructor(parameters: URLSearchParams) {
    for (const [name, value] of parameters) {
      if (this.#left.has(name)) throw wrongUrl(`${JSON.stringify(name)} is said more than once`);
      if (value.includes("\ufffd")) throw wrongUrl(`${name} is not percent-encoded as it should be`);
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
        : numberOf(name, value);
      this.#left.delete(name);
    }
    return Object.keys(found).length === 0 ? undefined : found;
  }

  refuseRest(): void {
    const [name] = this.#left.keys();
    if (name === undefined) return;
    const written = JSON.stringify(name.slice(0, 60));
    const elsewhere = nodemailers[name];
    if (elsewhere !== undefined) throw wrongUrl(`there is no parameter ${written}; here it is ${elsewhere}`);
    throw wrongUrl(`there is no parameter ${written}; the nearest is ${nearest(name, known)}`);
  }
}

/** `14/1000`: so many mails in so many milliseconds. */
function rateOf(value: string): Rate {
  const [messages, interval, ...rest] = value
    .split("/")
    .map((part) => numberOf("each part of pool.rate", part));
  if (messages === undefined || interval === undefined || rest.length > 0)
    throw wrongUrl("pool.rate is a number of mails, a slash, and milliseconds");
  return { messages, interval };
}

function numberOf(name: string, value: string): number {
  if (!/^\d{1,12}$/.test(value)) throw wrongUrl(`${name} is a whole number`);
  return Number(value);
}

function truthOf(name: string, value: string): boolean {
  if (value !== "true" && value !== "false") throw wrongUrl(`${name} is true or false`);
  return value === "true";
}
