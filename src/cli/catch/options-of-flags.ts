import type { CatcherOptions } from "../../catcher/options/catcher-options.ts";
import type { TestVerifyOptions } from "../../testing/test-verify-options.ts";
import { ZoneResolver } from "../../verify/resolver/zone-resolver.ts";
import { CommandError, ExitStatus } from "../exit-status.ts";
import { fromFile, readJsonSettings, readSettings } from "../input-file.ts";
import { shown } from "../masked.ts";
import { refusePassword } from "../send/relay/relay-url.ts";
import type { Terminal } from "../terminal.ts";
import type { CatchFlags } from "./catch-flags.ts";
import { readHostAndPort } from "./host-and-port.ts";
import { relayUrl } from "./relay-flag.ts";

/** The options of the catcher that flags and environment ask for. @throws CommandError for flags that are not valid. */
export function optionsOfFlags(flags: CatchFlags, environment: Terminal["environment"]): CatcherOptions {
  const { keep, linkCheck = false, host = [], allowOrigin = [] } = flags;
  const auth = flags.auth === undefined ? undefined : readLogin(flags.auth, environment);
  const relay = relayUrl(flags.relay, environment["ENVOI_RELAY"]);
  if (flags.webhook !== undefined)
    refusePassword(flags.webhook, "--webhook", "Put the whole URL into ENVOI_WEBHOOK", { hasPath: true });
  const webhook = flags.webhook ?? (environment["ENVOI_WEBHOOK"] || undefined);
  if (relay === undefined && flags.relayTo !== undefined)
    throw new CommandError("--relay-to: there is no relay. Add --relay, or set ENVOI_RELAY");
  return {
    smtp: {
      ...readHostAndPort(flags.smtp, "--smtp"),
      ...tlsOf(flags),
      ...usersOf(flags),
      ...verifyOf(flags),
    },
    http: {
      ...readHostAndPort(flags.http, "--http"),
      names: host,
      origins: allowOrigin,
      ...(auth && { auth }),
    },
    max: readCount(flags.max, "--max", 1),
    linkCheck,
    public: flags.public ?? false,
    keepAlive: true,
    ...(flags.maxBytes !== undefined && { maxBytes: readCount(flags.maxBytes, "--max-bytes", 0) }),
    ...(keep !== undefined && { keep }),
    ...(relay !== undefined && { relay: { url: relay, recipients: flags.relayTo ?? [] } }),
    ...(webhook !== undefined && { webhook }),
  };
}

type SmtpOptions = NonNullable<CatcherOptions["smtp"]>;

function tlsOf({ tls, cert, key }: CatchFlags): SmtpOptions {
  if (tls === undefined) {
    if (cert !== undefined || key !== undefined) throw new CommandError("--cert and --key: add --tls");
    return {};
  }
  const mode = tls === true ? "starttls" : tls;
  if (mode !== "starttls" && mode !== "implicit")
    throw new CommandError(`--tls: expected starttls or implicit, got ${shown(mode)}`);
  if ((cert === undefined) !== (key === undefined)) throw new CommandError("--cert and --key: give both");
  if (cert === undefined || key === undefined) return { tls: mode };
  return { tls: mode, certificates: { cert: readSettings("--cert", cert), key: readSettings("--key", key) } };
}

/** Passwords of a catcher protect nothing, so clients may send them unencrypted. */
function usersOf({ users }: CatchFlags): SmtpOptions {
  if (users === undefined) return {};
  const allowPlaintextCredentials = true;
  if (users === "any") {
    const mechanisms = ["PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"] as const;
    return { allowPlaintextCredentials, mechanisms, auth: ({ user }) => ({ user }) };
  }
  const names = readJsonSettings("--users", users);
  const areWords =
    typeof names === "object" && names !== null && !Array.isArray(names) && Object.keys(names).length > 0;
  if (
    !areWords ||
    !Object.entries(names).every(([name, secret]) => name !== "" && typeof secret === "string")
  )
    throw new CommandError('--users: expected JSON such as {"user": "password"}', ExitStatus.configuration);
  return { allowPlaintextCredentials, users: names as Readonly<Record<string, string>> };
}

function verifyOf({ zone: path, clientIp }: CatchFlags): SmtpOptions {
  if (path === undefined) {
    if (clientIp !== undefined) throw new CommandError("--client-ip: nothing is verified. Add --zone");
    return {};
  }
  const given = readJsonSettings("--zone", path);
  const zone = fromFile(
    "--zone",
    path,
    "settings",
    () => new ZoneResolver(given as ConstructorParameters<typeof ZoneResolver>[0]),
  );
  const resolver: TestVerifyOptions["resolver"] = {
    resolve(name, type, options) {
      // It lists all questions, and the catcher runs for long.
      zone.asked.length = 0;
      return zone.resolve(name, type, options);
    },
  };
  return { verify: { resolver, ...(clientIp !== undefined && { clientAddress: clientIp }) } };
}

function readLogin(value: string, environment: Terminal["environment"]) {
  const [, user, source] = /^([^:]+):(.+)$/s.exec(value) ?? [];
  if (user === undefined || source === undefined)
    throw new CommandError("--auth: expected user:file or user:env:NAME, which hold the password");
  if (!source.startsWith("env:")) {
    const [password = ""] = readSettings("--auth", source).split(/\r?\n/, 1);
    if (password === "") throw new CommandError("--auth: the file is empty", ExitStatus.configuration);
    return { user, password };
  }
  const password = environment[source.slice("env:".length)];
  // A shell may have put the password in the place of the name: "jo:env:$PASSWORD".
  if (password === undefined || password === "")
    throw new CommandError("--auth: expected the name of a variable that is set behind env:, without $");
  return { user, password };
}

function readCount(value: string, flag: string, least: number): number {
  const count = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  if (count >= least) return count;
  throw new CommandError(`${flag}: expected a whole number of at least ${least}, got ${shown(value)}`);
}
