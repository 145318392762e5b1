import { BlockList } from "node:net";
import { unmappedAddress } from "../../text/ip-address.ts";

/**
 * Whether an address of a connected socket is a loopback address of this machine: 127/8 or ::1, also in mapped form.
 */
export function isLoopback(address: string | undefined): boolean {
  if (address === undefined) return false;
  const plain = unmappedAddress(address);
  return plain.includes(":") ? loopback.check(plain, "ipv6") : loopback.check(plain, "ipv4");
}

const loopback = loopbackAddresses();

function loopbackAddresses(): BlockList {
  const list = new BlockList();
  list.addSubnet("127.0.0.0", 8, "ipv4");
  list.addAddress("::1", "ipv6");
  return list;
}
