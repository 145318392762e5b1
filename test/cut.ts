/** Cuts octets at these places. */
export function cut(octets: Buffer, at: readonly number[]): Buffer[] {
  const places = [...new Set(at)].filter((place) => place < octets.length).sort((a, b) => a - b);
  return [0, ...places].map((from, index) => octets.subarray(from, places[index] ?? octets.length));
}
