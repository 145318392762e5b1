import { BlockList, connect, isIPv6, type Socket } from "node:net";

/** What came of an attempt to connect. */
export type ConnectOutcome = "connected" | "refused" | "timeout" | "unreachable" | "reset" | "failed";

/** An attempt to connect to one address. */
export interface ConnectFacts {
  readonly address: string;
  readonly outcome: ConnectOutcome;
  /** How long it took, in milliseconds. */
  readonly ms: number;
  /** The error code of the operating system. */
  readonly code?: string | undefined;
}

/** Connects within a time; the socket is there if the outcome is `"connected"`. */
export function connectTo(
  address: string,
  port: number,
  timeout: number,
): Promise<{ readonly facts: ConnectFacts; readonly socket?: Socket }> {
  if (isReserved(address))
    return Promise.resolve({ facts: { address, outcome: "unreachable", ms: 0, code: RESERVED } });
  const begin = performance.now();
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, noDelay: true });
    const told = (outcome: ConnectOutcome, code?: string): void => {
      clearTimeout(timer);
      const ms = Math.round(performance.now() - begin);
      const facts = { address, outcome, ms, ...(code !== undefined && { code }) };
      if (outcome !== "connected") socket.destroy();
      resolve({ facts, ...(outcome === "connected" && { socket }) });
    };
    const timer = setTimeout(() => told("timeout"), timeout);
    // It stays: a socket may fail before it has another listener.
    socket.on("error", (error: NodeJS.ErrnoException) =>
      told(outcomes[error.code ?? ""] ?? "failed", error.code),
    );
    socket.once("connect", () => told("connected"));
  });
}

/** The code of an address that is in examples only, and is never connected to. */
export const RESERVED = "RESERVED";

/** Whether an address is one for examples (RFC 5737, RFC 3849), which nobody has. */
function isReserved(address: string): boolean {
  return examples.check(address.replace(/%.*/, ""), isIPv6(address) ? "ipv6" : "ipv4");
}

const examples = exampleAddresses();

function exampleAddresses(): BlockList {
  const list = new BlockList();
  for (const network of ["192.0.2.0", "198.51.100.0", "203.0.113.0"]) list.addSubnet(network, 24, "ipv4");
  list.addSubnet("2001:db8::", 32, "ipv6");
  return list;
}

const outcomes: Readonly<Record<string, ConnectOutcome>> = {
  ECONNREFUSED: "refused",
  ECONNRESET: "reset",
  ETIMEDOUT: "timeout",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  EADDRNOTAVAIL: "unreachable",
  EHOSTDOWN: "unreachable",
  EACCES: "unreachable",
  EPERM: "unreachable",
};
