import { readFile } from "node:fs/promises";
import type { Dns } from "../dns/dns.ts";
import { SystemDns } from "../dns/system-dns.ts";
import { ZoneDns } from "../dns/zone-dns.ts";
import { readZoneFile } from "../dns/zone-file.ts";
import { CommandError, ExitStatus } from "../exit-status.ts";
import { askPassword } from "../password.ts";
import type { CommandHost } from "../program.ts";
import { styled, widthOf } from "../terminal.ts";
import { Address } from "../../address/address.ts";
import { reasonOf } from "../../errors.ts";
import { isHelloName } from "../../protocol/hello-name.ts";
import type { CheckFlags } from "./check-command.ts";
import type { CheckReport } from "./check-report.ts";
import { type CheckTarget, readTarget } from "./check-target.ts";
import { summarizeDomain } from "./domain/domain-summary.ts";
import { judgeDomain } from "./domain/judge-domain.ts";
import { httpsFetcher } from "./domain/policy-fetcher.ts";
import { probeDomain } from "./domain/probe-domain.ts";
import { judgeServer } from "./server/judge-server.ts";
import { probeServer } from "./server/probe-server.ts";
import { summarize } from "./server/server-summary.ts";
import type { ProbeOptions } from "./server/server-target.ts";
import { textReport } from "./text-report.ts";

/** Runs `envoi check`. @throws CommandError for a wrong call */
export async function runCheck(
  given: string | undefined,
  flags: CheckFlags,
  { terminal, finish }: CommandHost,
): Promise<void> {
  const { environment, output } = terminal;
  const text = given ?? environment["ENVOI_RELAY"];
  if (!text) throw new CommandError("check: expected a URL or a domain, got nothing. Name one, or set ENVOI_RELAY");
  const target = readTarget(text);
  if (target.kind === "server" && target.password !== undefined && given !== undefined)
    throw new CommandError(
      "check: a password in the arguments can be read by every user of this machine. Set ENVOI_PASSWORD instead",
    );
  const options = await readOptions(flags);
  const dns = await dnsFor(flags, options.timeout);
  const report =
    target.kind === "server"
      ? await checkServer(await withLogin(target, flags), dns, options)
      : await checkDomain(target.domain, dns, options, flags);
  if (flags.json) output.write(`${JSON.stringify(report, null, 2)}\n`);
  else
    output.write(
      textReport(report, {
        width: widthOf(output),
        paint: (style, words) => styled(terminal, output, style, words),
      }),
    );
  finish(report.ok ? ExitStatus.ok : ExitStatus.findings);

  async function withLogin(
    { server, user, password }: CheckTarget & { kind: "server" },
    { hello }: CheckFlags,
  ): Promise<(CheckTarget & { kind: "server" })["server"]> {
    const named = hello === undefined ? server : { ...server, helloName: helloOption(hello) };
    if (user === undefined) return named;
    const secret = password ?? environment["ENVOI_PASSWORD"] ?? (await askPassword(terminal, user));
    return { ...named, login: { user, password: secret } };
  }
}

async function checkServer(
  server: (CheckTarget & { kind: "server" })["server"],
  dns: Dns,
  options: ProbeOptions,
): Promise<CheckReport> {
  const facts = await probeServer(server, dns, options);
  const findings = judgeServer(facts, options);
  const host = server.host.includes(":") ? `[${server.host}]` : server.host;
  const query = server.tls === "required" || server.tls === "opportunistic" ? `?tls=${server.tls}` : "";
  const target = `${server.tls === "wrapper" ? "smtps" : "smtp"}://${host}:${server.port}${query}`;
  return { target, ok: findings.length === 0, findings, server: summarize(facts) };
}

async function checkDomain(
  domain: string,
  dns: Dns,
  options: ProbeOptions,
  { selector, connect, hello }: CheckFlags,
): Promise<CheckReport> {
  const fetchPolicy = httpsFetcher(options.timeout, options.authorities);
  const helloName = hello === undefined ? undefined : helloOption(hello);
  const facts = await probeDomain(domain, dns, {
    ...options,
    ...{ selectors: selector, fetchPolicy, helloName, connect },
  });
  const findings = judgeDomain(facts, options);
  return { target: domain, ok: findings.length === 0, findings, domain: summarizeDomain(facts) };
}

async function readOptions({ timeout, ca, from, to }: CheckFlags): Promise<ProbeOptions> {
  if (!/^\d{1,4}(?:\.\d+)?$/.test(timeout) || Number(timeout) <= 0)
    throw new CommandError(`--timeout: expected a number of seconds, got ${JSON.stringify(timeout)}`);
  for (const [flag, value] of Object.entries({ from, to })) if (value) addressOption(value, flag);
  return {
    ...{ timeout: Number(timeout) * 1000, from, to },
    authorities: await Promise.all(ca.map((file) => readText(file, "--ca"))),
  };
}

async function dnsFor({ zone, dns }: CheckFlags, timeout: number): Promise<Dns> {
  if (zone !== undefined) return new ZoneDns(await readZoneFile(zone));
  return new SystemDns({ timeout, servers: dns.length === 0 ? undefined : dns });
}

async function readText(file: string, flag: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new CommandError(`${flag}: ${file} cannot be read (${reasonOf(error)})`, ExitStatus.noInput);
  }
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
  throw new CommandError(`--hello: expected a host name or an address literal, got ${JSON.stringify(name)}`);
}
