import process from "node:process";

/** The options of a server: plaintext without a certificate, implicit TLS with one. */
export interface Certified {
  readonly key: string;
  readonly cert: string;
}

/** The memory of a process in octets, after garbage collection. */
export interface Footprint {
  readonly resident: number;
  /** In JavaScript's heap, and what belongs to it. */
  readonly heap: number;
}

/**
 * A server in a process that is started with `fork`: a message tells it how to listen; it answers with its port, and
 * each later message with its {@link Footprint}.
 */
export function serve(listen: (certificate: Certified | undefined) => Promise<number>): void {
  process.once("message", async (told: { readonly certificate?: Certified }) => {
    process.send?.(await listen(told.certificate));
    process.on("message", () => process.send?.(footprint()));
  });
  process.once("disconnect", () => process.exit());
}

function footprint(): Footprint {
  // Exists with --expose-gc.
  for (let round = 0; round < 3; round++) globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { resident: rss, heap: heapUsed + external };
}
