/** Checks the size of each file of src/: at most 300 lines, without comments and blank lines. */
const most = 300;

/** Files that may be longer: tables of data, and files that still have to be divided. */
const excepted = [];

/** @param sources a Map from each path to what `readSource` gives */
export function largeFiles(sources, allowed = excepted) {
  const wrong = allowed
    .filter((path) => !(sources.get(path)?.lines > most))
    .map((path) => `.ci/size.js: ${path} does not need its exception`);
  for (const [path, { lines }] of sources) {
    if (path.startsWith("src/") && lines > most && !allowed.includes(path))
      wrong.push(`${path}: ${lines} lines without comments and blank ones, expected at most ${most}`);
  }
  return wrong;
}
