/**
 * The lines of what a client said that may be shown: what authenticates is masked (RFC 4954), with all that follows it
 * in the exchange.
 *
 * @param auth whether all of it belongs to an exchange of AUTH
 */
export function commandLines(said: string, auth: boolean): string[] {
  const lines = said.split("\r\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line) => {
    const mechanism = /^AUTH +[A-Za-z0-9_-]*/i.exec(line)?.[0];
    if (mechanism !== undefined) return line.length > mechanism.length ? `${mechanism} ***` : line;
    return auth ? "***" : line;
  });
}
