import { BlockList, isIP } from "node:net";
import { canonicalIp, ipOctets, ipText } from "../../text/ip-address.ts";
import { refuseOption, wrongChoice } from "../../text/options/option-reader.ts";

/** The entry that stands for the clients of a Unix socket, who have no address. */
const UNIX = "unix";

/**
 * IP addresses and networks (`192.0.2.0/24`, `2001:db8::/32`), and `"unix"` for the clients of Unix sockets.
 *
 * @example
 * ```text
 * const networks = new Networks(["10.0.0.0/8", "::1"]);
 * networks.has("10.1.2.3");
 * ```
 */
export class Networks {
  readonly #list: BlockList = new BlockList();
  /** Answers from before: there are few proxies, and each connection from them asks. */
  readonly #known = new Map<string, boolean>();
  /** Whether the clients of Unix sockets belong to them. */
  readonly unix: boolean;
  /** Whether any IP address belongs to them. */
  readonly ip: boolean;

  /** @param entries that {@link network} has read */
  constructor(entries: readonly string[]) {
    this.unix = entries.includes(UNIX);
    this.ip = entries.some((entry) => entry !== UNIX);
    for (const entry of entries) {
      if (entry === UNIX) continue;
      const [address = "", prefix] = entry.split("/");
      const family = isIP(address) === 4 ? "ipv4" : "ipv6";
      if (prefix === undefined) this.#list.addAddress(address, family);
      else this.#list.addSubnet(address, Number(prefix), family);
    }
  }

  /** Whether an IP address is in one of the networks; the empty text stands for the client of a Unix socket. */
  has(address: string): boolean {
    if (address === "") return this.unix;
    const known = this.#known.get(address);
    if (known !== undefined) return known;
    const found = this.#find(address);
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(address, found);
    return found;
  }

  #find(address: string): boolean {
    const [ip = ""] = address.split("%");
    const family = isIP(ip);
    return family !== 0 && this.#list.check(ip, family === 4 ? "ipv4" : "ipv6");
  }
}

/** How many answers are remembered. */
const MOST_KNOWN = 1000;

/**
 * Reads an entry of {@link Networks} in an option.
 *
 * @throws EnvoiError of kind `"configuration"` for text that is not an address or a network, for a network of all
 * addresses, for one with bits after its prefix, and for IPv4 written as IPv6.
 */
export function network(value: unknown, field: string): string {
  const expected = "an IP address or a network such as 10.0.0.0/8";
  if (typeof value !== "string") throw wrongChoice(field, expected, value);
  if (value === UNIX) return value;
  const [, text = "", prefix] = /^([^/]*)(?:\/(0|[1-9]\d{0,2}))?$/.exec(value) ?? [];
  const address = canonicalIp(text);
  const octets = ipOctets(text);
  if (address === undefined || octets === undefined) throw wrongChoice(field, expected, value);
  if (octets.length === 16 && !address.includes(":"))
    throw refuseOption(field, `${value} is IPv4 written as IPv6`, "Write it as IPv4");
  if (prefix === undefined) return address;
  const bits = Number(prefix);
  if (bits > 8 * octets.length) throw wrongChoice(field, expected, value);
  if (bits === 0) throw refuseOption(field, `${value} is every address`, "Name the networks that you trust");
  const base = octets.map((octet, index) => octet & (0xff00 >> Math.min(8, Math.max(0, bits - 8 * index))));
  if (base.some((octet, index) => octet !== octets[index]))
    throw refuseOption(
      field,
      `${value} has bits after its prefix`,
      `Write ${ipText(base)}/${bits}, or ${address}`,
    );
  return `${address}/${bits}`;
}
