import process from "node:process";

/** The options of a server: plaintext without a certificate, implicit TLS with one. */
export interface Certified {
  readonly key: string;
  readonly cert: string;
}

/** What of a process is in memory, in octets, with nothing in it that could be thrown away. */
export interface Footprint {
  readonly resident: number;
  /** In JavaScript's heap, and what hangs on it. */
  readonly heap: number;
}

/**
 * A server as a process that is started with `fork`: told by a message how to listen, it answers with its port, and
 * then each message with its {@link Footprint}.
 */
export function serve(listen: (certificate: Certified | undefined) => Promise<number>): void {
  process.once("message", async (told: { readonly certificate?: Certified }) => {
    process.send?.(await listen(told.certificate));
    process.on("message", () => process.send?.(footprint()));
  });
  process.once("disconnect", () => process.exit());
}

function footprint(): Footprint {
  // There with --expose-gc.
  for (let round = 0; round < 3; round++) globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { resident: rss, heap: heapUsed + external };
}
