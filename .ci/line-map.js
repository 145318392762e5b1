import { decode, encode } from "@jridgewell/sourcemap-codec";

/**
 * Makes a map that leads to the lines of src/, not to columns: traces and debuggers need no more, and it is a fifth as
 * large. It leads to no inlined package, because the package is elsewhere when envoi is installed.
 */
export function lineMap({ version, file, sources, mappings }) {
  const own = sources.filter((source) => !source.includes("/node_modules/"));
  const places = new Map(own.map((source, index) => [sources.indexOf(source), index]));
  const lines = decode(mappings).map((segments) =>
    segments
      .map(([column, source, line]) => (places.has(source) ? [column, places.get(source), line] : [column]))
      .filter(([, ...place], index, all) => String(place) !== String(all[index - 1]?.slice(1)))
      // Only a column of zero is left.
      .map((segment) => (segment.length === 1 ? segment : [...segment, 0])),
  );
  return { version, file, sources: own, names: [], mappings: encode(lines) };
}
