import type { Dialect } from "../../../protocol/dialect.ts";
import { Credentials } from "../../../transport/smtp/login/credentials.ts";
import type { Mechanism } from "../../../transport/smtp/login/mechanism.ts";
import type { PoolConfig } from "../../../transport/smtp/pool/pool-config.ts";
import type { SmtpOptions } from "../../../transport/smtp/smtp-options.ts";
import { builderFromUrl, SmtpTransportBuilder } from "../../../transport/smtp/smtp-transport.ts";
import { readDuration } from "../../duration.ts";
import { CommandError } from "../../exit-status.ts";
import { shown } from "../../masked.ts";
import type { Terminal } from "../../terminal.ts";
import type { ArgumentReader } from "../argument-reader.ts";
import type { SendFlags } from "../send-flags.ts";
import { refuseUnknownHost } from "./known-host.ts";
import { loginFor } from "./password.ts";
import { readRate } from "./rate.ts";
import { inNamed, namedRelay, refusePassword } from "./relay-url.ts";
import { takeTls } from "./tls-flags.ts";

/**
 * The builder of the transport that the flags and the environment describe.
 *
 * @param construct makes what the builder builds, of its settings
 * @throws CommandError; EnvoiError of kind `"configuration"`.
 */
export async function relayBuilder<Built>(
  flags: SendFlags,
  terminal: Terminal,
  reader: ArgumentReader,
  construct: (options: SmtpOptions) => Built,
): Promise<SmtpTransportBuilder<Built>> {
  if (flags.proxy !== undefined) refusePassword(flags.proxy, "--proxy", "Put the whole URL into ENVOI_PROXY");
  const relay = namedRelay(flags.relay, terminal.environment);
  await refuseUnknownHost(relay);
  const tls = await takeTls(relay.url, flags, reader);
  const begin = (host: string, dialect: Dialect) => new SmtpTransportBuilder(host, construct, dialect);
  const builder = inNamed(relay.source, () => builderFromUrl(relay.url.href, begin));
  if (tls !== undefined) builder.tls(tls);
  if (flags.hello !== undefined) builder.helloName(flags.hello);
  if (flags.localAddress !== undefined) builder.localAddress(flags.localAddress);
  if (flags.timeout !== undefined) builder.timeout(readDuration(flags.timeout, "--timeout"));
  if (flags.pipelining !== undefined) builder.pipelining(flags.pipelining as "auto");
  if (flags.allowPlaintextPassword) builder.allowPlaintextCredentials();
  const proxy = flags.proxy ?? terminal.environment["ENVOI_PROXY"];
  if (proxy !== undefined) builder.proxy(proxy);
  const pool = poolOf(flags);
  if (pool !== undefined) builder.pool(pool);
  const beforeLogin = /^(?:hello|ehlo)$/i.test(flags.quitAfter ?? "");
  const login = beforeLogin ? undefined : await loginFor(relay, flags.user, terminal);
  if (login !== undefined) builder.credentials(Credentials.password(login.user, login.password));
  if (flags.mechanism !== undefined) builder.authentication(mechanismsIn(flags.mechanism));
  return builder;
}

function poolOf({ connections, rate }: SendFlags): Partial<PoolConfig> | undefined {
  if (connections === undefined && rate === undefined) return undefined;
  return {
    ...(connections !== undefined && { maxSize: wholeNumber(connections, "--connections") }),
    ...(rate !== undefined && { rate: readRate(rate) }),
  };
}

function mechanismsIn(list: string): Mechanism[] {
  return list.split(",").map((name) => name.trim().toUpperCase() as Mechanism);
}

function wholeNumber(text: string, flag: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new CommandError(`${flag}: expected a whole number above 0, got ${shown(text)}`);
}
