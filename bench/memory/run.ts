import process from "node:process";

/** Reads two mails with files attached, one after the other, and prints the maximum memory of each, in MB. */
export async function run(read: (path: string) => AsyncIterable<Uint8Array>): Promise<void> {
  const [small = "", large = ""] = process.argv.slice(2);
  const before = await peakOf(read(small));
  const begun = performance.now();
  const peak = await peakOf(read(large));
  process.stdout.write(JSON.stringify({ before, peak, seconds: (performance.now() - begun) / 1000 }));
}

async function peakOf(pieces: AsyncIterable<Uint8Array>): Promise<number> {
  let peak = 0;
  for await (const _ of pieces) peak = Math.max(peak, process.memoryUsage.rss());
  return peak / 1e6;
}
