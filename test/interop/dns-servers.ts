import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Zone, ZoneRecords } from "envoi/verify";
import { Daemon } from "./daemon.ts";

/** A zone in NSD, and Unbound in front of it, which answers like a resolver in the Internet. */
export interface DnsServers {
  /** The address of Unbound, for `Resolver.system`. */
  readonly address: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Serves a zone. What it calls temporary is asked of a server that does not exist, so that Unbound fails. */
export async function serveZone(zone: Zone): Promise<DnsServers> {
  const nsd = await Daemon.start({
    name: "NSD",
    ports: ["dns"],
    async furnish(directory, { dns }) {
      await writeFile(join(directory, "root.zone"), zoneFile(zone));
      await writeFile(join(directory, "nsd.conf"), nsdConfiguration(directory, dns));
      return ["/usr/sbin/nsd", "-d", "-c", join(directory, "nsd.conf")];
    },
  });
  const unbound = await Daemon.start({
    name: "Unbound",
    ports: ["dns"],
    async furnish(directory, { dns }) {
      await writeFile(
        join(directory, "unbound.conf"),
        unboundConfiguration(directory, dns, nsd.ports.dns, zone),
      );
      return ["/usr/sbin/unbound", "-d", "-c", join(directory, "unbound.conf")];
    },
  });
  return {
    address: `127.0.0.1:${unbound.ports.dns}`,
    async [Symbol.asyncDispose]() {
      await unbound[Symbol.asyncDispose]();
      await nsd[Symbol.asyncDispose]();
    },
  };
}

function nsdConfiguration(directory: string, port: number): string {
  const file = (name: string) => `"${join(directory, name)}"`;
  return `server:
  ip-address: 127.0.0.1@${port}
  username: ""
  zonesdir: "${directory}"
  pidfile: ${file("nsd.pid")}
  database: ""
  xfrdfile: ${file("xfrd.state")}
  zonelistfile: ${file("zones.list")}
remote-control:
  control-enable: no
zone:
  name: "."
  zonefile: ${file("root.zone")}
`;
}

function unboundConfiguration(directory: string, port: number, nsd: number, zone: Zone): string {
  const names = Object.keys(zone);
  const dead = names.filter((name) => fails(zone[name]));
  const below = names.filter(
    (name) => !fails(zone[name]) && dead.some((above) => name.endsWith(`.${above}`)),
  );
  const stub = (name: string, to: number) =>
    `stub-zone:\n  name: "${name}"\n  stub-addr: 127.0.0.1@${to}\n  stub-prime: no\n`;
  return `server:
  interface: 127.0.0.1@${port}
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "${directory}"
  pidfile: "${join(directory, "unbound.pid")}"
  use-syslog: no
  module-config: "iterator"
  do-not-query-localhost: no
  do-ip6: no
  root-hints: ""
  outbound-msg-retry: 1
  qname-minimisation: no
  unblock-lan-zones: yes
  insecure-lan-zones: yes
  local-zone: "test." nodefault
  local-zone: "invalid." nodefault
  local-zone: "onion." nodefault
  local-zone: "10.in-addr.arpa." nodefault
remote-control:
  control-enable: no
${[stub(".", nsd), ...dead.map((name) => stub(name, 9)), ...below.map((name) => stub(name, nsd))].join("")}`;
}

function fails(entry: Zone[string] | undefined): boolean {
  return entry === "temporary" || entry?.TXT === "temporary";
}

/** The zone file of the root (RFC 1035 5). */
export function zoneFile(zone: Zone): string {
  const lines = ["$TTL 60", ". IN SOA ns. host. 1 3600 600 86400 60", ". IN NS ns.", "ns. IN A 127.0.0.1"];
  for (const [name, entry] of Object.entries(zone)) {
    if (entry === "temporary") continue;
    const owner = wire(name);
    const add = (type: string, data: string) => lines.push(`${owner} IN ${type} ${data}`);
    for (const type of ["A", "AAAA"] as const) for (const each of list(entry, type)) add(type, String(each));
    for (const type of ["PTR", "CNAME"] as const)
      for (const each of list(entry, type)) add(type, wire(String(each)));
    for (const each of list(entry, "MX")) add("MX", `${Array.from(each)[0]} ${wire(String(each[1]))}`);
    for (const each of list(entry, "TXT")) add("TXT", [each].flat().flatMap(pieces).join(" ") || '""');
  }
  return `${lines.join("\n")}\n`;
}

function list(entry: ZoneRecords, type: keyof ZoneRecords): readonly (string | readonly unknown[])[] {
  const records = entry[type];
  if (records === undefined || records === "temporary") return [];
  return typeof records === "string" ? [records] : (records as readonly (string | readonly unknown[])[]);
}

function wire(name: string): string {
  const plain = name.replace(/\.$/, "");
  const labels = plain === "" ? [] : plain.split(".");
  return `${labels.map((label) => label.replace(/[^a-z\d_*-]/gi, escaped)).join(".")}.`;
}

function pieces(text: unknown): string[] {
  const octets = Buffer.from(String(text)).toString("latin1");
  const cut = octets.match(/[\s\S]{1,255}/g) ?? [""];
  return cut.map((piece) => `"${piece.replace(/[^ !#-[\]-~]/g, escaped)}"`);
}

function escaped(character: string): string {
  return `\\${String(character.charCodeAt(0)).padStart(3, "0")}`;
}
