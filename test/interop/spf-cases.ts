import type { Random } from "../fuzz/random.ts";

/** A case for SPF, as JSON. */
export interface SpfCase {
  readonly zone: Readonly<Record<string, unknown>>;
  readonly ip: string;
  readonly hello: string;
  readonly from: string;
}

const names = ["a.test", "b.test", "c.a.test", "d.b.test", "mx.c.test"];
const hosts = ["h1.a.test", "h2.b.test", "h3.test", "nowhere.test", "h4.a.test"];
const addresses = ["192.0.2.1", "192.0.2.77", "198.51.100.5", "203.0.113.250"];
const addresses6 = ["2001:db8::1", "2001:db8:0:1::5", "2001:db8:ffff::1"];
const macros = [
  "%{d}",
  "%{i}",
  "%{ir}",
  "%{l}",
  "%{L}",
  "%{s}",
  "%{o1r}",
  "%{h}",
  "%{v}",
  "%{p}",
  "%{d2}",
  "%{l1r-}",
  "%%",
  "%_",
  "%-",
  "%{dr.}",
  "%{x}",
  "%{d0}",
  "%",
];

/** A case with a few domains whose records refer to each other; a tenth of the records is damaged. */
export function arbitrarySpf(random: Random): SpfCase {
  const zone: Record<string, unknown> = {};
  for (const name of names) {
    if (random.below(8) === 0) continue;
    zone[name] = random.below(30) === 0 ? "temporary" : domain(random);
  }
  for (const [index, host] of hosts.entries()) {
    if (host === "nowhere.test") continue;
    const kind = random.below(12);
    if (kind === 0) zone[host] = "temporary";
    // An alias of a name further down: aliases in a circle are an error of the server, which pyspf does not know.
    else if (kind === 1 && index < hosts.length - 1)
      zone[host] = { CNAME: random.of(hosts.slice(index + 1)) };
    else zone[host] = hostOf(random);
  }
  for (const reverse of ["1.2.0.192.in-addr.arpa", "5.100.51.198.in-addr.arpa"]) {
    if (random.below(3) > 0)
      zone[reverse] = {
        PTR: several(1 + random.below(12), () => random.of([...hosts, ...names])),
      };
  }
  const ip = random.of([...addresses, ...addresses, ...addresses6, "::ffff:192.0.2.1"]);
  const from = random.below(10) === 0 ? "" : `${random.of(["ada", "a.b-c", "x+y"])}@${random.of(names)}`;
  return { zone, ip, hello: random.of([...names, "localhost", "h1.a.test"]), from };
}

function domain(random: Random): object {
  const texts = several(random.below(25) === 0 ? 2 : 1, () => record(random));
  if (random.below(10) === 0) texts.unshift("another text");
  return {
    ...(random.below(15) > 0 && { TXT: texts }),
    ...(random.below(2) === 0 && hostOf(random)),
    ...(random.below(3) === 0 && {
      MX: several(random.below(20) === 0 ? 11 : 1 + random.below(3), (index) => [index, random.of(hosts)]),
    }),
  };
}

function hostOf(random: Random): object {
  return {
    ...(random.below(6) > 0 && { A: several(1 + random.below(2), () => random.of(addresses)) }),
    ...(random.below(2) > 0 && { AAAA: several(1, () => random.of(addresses6)) }),
  };
}

function record(random: Random): string {
  const count = random.below(20) === 0 ? 11 : random.below(5);
  const terms = several(count, () => term(random));
  if (random.below(3) > 0) terms.push(`${random.of(["-", "~", "?", "+", ""])}all`);
  else if (random.below(3) === 0) terms.push(`redirect=${target(random)}`);
  if (random.below(6) === 0)
    terms.splice(
      random.below(terms.length + 1),
      0,
      random.of(["exp=a.test", "x=%{d}", "redirect=b.test", "exp=", "y=%"]),
    );
  const text = ["v=spf1", ...terms].join(" ");
  return random.below(10) === 0 ? damaged(random, text) : text;
}

function term(random: Random): string {
  const sign = random.of(["", "", "+", "-", "~", "?"]);
  const cidr = random.of(["", "", "/24", "/0", "//64", "/25//48", "/33", "/08"]);
  switch (random.below(8)) {
    case 0:
    case 1:
      return `${sign}ip4:${random.of(addresses)}${random.of(["", "/24", "/25", "/31", "/0", "/32", "/33"])}`;
    case 2:
      return `${sign}ip6:${random.of(addresses6)}${random.of(["", "/64", "/32", "/128", "/129"])}`;
    case 3:
      return `${sign}a${random.below(2) === 0 ? `:${target(random)}` : ""}${cidr}`;
    case 4:
      return `${sign}mx${random.below(2) === 0 ? `:${target(random)}` : ""}${cidr}`;
    case 5:
      return `${sign}include:${target(random)}`;
    case 6:
      return `${sign}exists:${target(random)}`;
    default:
      return `${sign}ptr${random.below(2) === 0 ? `:${target(random)}` : ""}`;
  }
}

function target(random: Random): string {
  if (random.below(5) > 0) return random.of([...names, ...hosts]);
  return `${random.of(macros)}${random.of(["", ".", "x."])}${random.of(["a.test", "%{d}", "b.test."])}`;
}

function damaged(random: Random, text: string): string {
  const at = random.below(text.length);
  const extra = random.of(["", ":", "/", "=", "%", " ", "  ", "\t", "é", "{", ".", "-", "0"]);
  return text.slice(0, at) + extra + text.slice(at + random.below(2));
}

function several<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
