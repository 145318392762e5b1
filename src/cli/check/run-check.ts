import { Address } from "../../address/address.ts";
import { reasonOf } from "../../errors.ts";
import { isHelloName } from "../../protocol/hello-name.ts";
import { TlsParameters } from "../../transport/smtp/tls/tls-parameters.ts";
import type { CommandHost } from "../command-host.ts";
import type { Dns } from "../dns/dns.ts";
import { dnsFor } from "../dns/dns-flags.ts";
import { readDuration } from "../duration.ts";
import { CommandError, ExitStatus } from "../exit-status.ts";
import { fromFile, readSettings } from "../input-file.ts";
import { jsonLines } from "../json-text.ts";
import { shown } from "../masked.ts";
import { textStyle } from "../report-text.ts";
import { refuseUnknownHost } from "../send/relay/known-host.ts";
import { loginFor } from "../send/relay/password.ts";
import type { Terminal } from "../terminal.ts";
import type { CheckFlags } from "./check-flags.ts";
import type { CheckReport } from "./check-report.ts";
import { type CheckTarget, readTarget } from "./check-target.ts";
import { summarizeDomain } from "./domain/domain-summary.ts";
import { judgeDomain } from "./domain/judge-domain.ts";
import { httpsFetcher } from "./domain/policy-fetcher.ts";
import { probeDomain } from "./domain/probe-domain.ts";
import { placeOf } from "./server/judge-connection.ts";
import { judgeServer } from "./server/judge-server.ts";
import { probeServer } from "./server/probe-server.ts";
import { summarize } from "./server/server-summary.ts";
import type { ProbeOptions, ServerTarget } from "./server/server-target.ts";
import { textReport } from "./text-report.ts";

/** Runs `envoi check`. @throws CommandError for a wrong call */
export async function runCheck(
  given: string | undefined,
  flags: CheckFlags,
  { terminal, finish }: CommandHost,
): Promise<void> {
  const target = readTarget(given, terminal.environment);
  const options = readOptions(flags);
  const dns = dnsFor(flags, options.timeout);
  if (target.kind === "server") await refuseUnknownHost(target.relay, (host) => dns.addresses(host));
  const report =
    target.kind === "server"
      ? await checkServer(await serverFor(target, flags, terminal), dns, options)
      : await checkDomain(target.domain, dns, options, flags);
  terminal.output.write(flags.json ? `${jsonLines(report)}\n` : textReport(report, textStyle(terminal)));
  finish(report.ok ? ExitStatus.ok : ExitStatus.findings);
}

/** The server as the flags say, with the login to try. */
async function serverFor(
  { server, relay }: ServerTargetGiven,
  { hello, user }: CheckFlags,
  terminal: Terminal,
): Promise<ServerTarget> {
  const login = await loginFor(relay, user, terminal);
  return { ...server, login, ...(hello !== undefined && { helloName: helloOption(hello) }) };
}

type ServerTargetGiven = CheckTarget & { readonly kind: "server" };

async function checkServer(server: ServerTarget, dns: Dns, options: ProbeOptions): Promise<CheckReport> {
  const facts = await probeServer(server, dns, options);
  const findings = judgeServer(facts, options);
  const query = server.tls === "required" || server.tls === "opportunistic" ? `?tls=${server.tls}` : "";
  const target = `${server.tls === "wrapper" ? "smtps" : "smtp"}://${placeOf(server.host, server.port)}${query}`;
  return { target, ok: findings.length === 0, findings, server: summarize(facts) };
}

async function checkDomain(
  domain: string,
  dns: Dns,
  options: ProbeOptions,
  { selector = [], connect, hello, zone }: CheckFlags,
): Promise<CheckReport> {
  const fetchPolicy = httpsFetcher(options.timeout, options.authorities);
  const helloName = hello === undefined ? undefined : helloOption(hello);
  const facts = await probeDomain(domain, dns, {
    ...options,
    ...{ selectors: selector, fetchPolicy, helloName, connect },
  });
  const findings = judgeDomain(facts, { ...options, madeUp: zone !== undefined });
  return { target: domain, ok: findings.length === 0, findings, domain: summarizeDomain(facts) };
}

function readOptions({ timeout, ca = [], from, to }: CheckFlags): ProbeOptions {
  for (const [flag, value] of Object.entries({ from, to })) if (value) addressOption(value, flag);
  return {
    ...{ timeout: readDuration(timeout, "--timeout"), from, to },
    authorities: ca.map(authorityIn),
  };
}

/** The certificates in a file. @throws CommandError if there are none. */
function authorityIn(path: string): string {
  const text = readSettings("--ca", path);
  fromFile("--ca", path, "settings", () => TlsParameters.builder().addRootCertificate(text));
  return text;
}

function addressOption(text: string, flag: string): void {
  try {
    Address.parse(text);
  } catch (error) {
    throw new CommandError(`--${flag}: ${reasonOf(error)}`);
  }
}

function helloOption(name: string): string {
  if (isHelloName(name)) return name;
  throw new CommandError(`--hello: expected a host name or an address literal, got ${shown(name)}`);
}
