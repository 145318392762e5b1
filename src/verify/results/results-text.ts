import { fold } from "../../mime/fold.ts";
import type { MethodResult, ResultsContent } from "./method-result.ts";

/** The value on one line. */
export function resultsText(results: ResultsContent): string {
  return linesOf(results)
    .map((tokens) => tokens.join(""))
    .join("")
    .trimStart();
}

/** The whole field, each result on separate lines. */
export function resultsField(results: ResultsContent): string {
  const [first = [], ...rest] = linesOf(results);
  let field = fold("Authentication-Results", pieces(first));
  for (const tokens of rest) field += `\r\n\t${fold("", pieces(tokens)).slice(1).trimStart()}`;
  return `${field}\r\n`;
}

/** Text in the form of a value: as it is if it is a word or an address, else quoted (RFC 2045 section 5.1). */
function valueText(value: string): string {
  return bare.test(value) ? value : `"${value.replace(/["\\]/g, "\\$&")}"`;
}

/** A token, or an address or a domain of which the local part needs no quotes. */
const bare: RegExp = /^(?:[A-Za-z0-9!#$%&'*+.^_`{|}~-]+|[A-Za-z0-9!#$%&'*+.^_`{|}~-]*@[A-Za-z0-9.-]+)$/;

/** What each line has: tokens that begin with the space before them. */
function linesOf({ authservId, version, results }: ResultsContent): string[][] {
  const id = ` ${valueText(authservId)}${version === 1 ? "" : ` ${version}`};`;
  if (results.length === 0) return [[id, " none"]];
  return [[id], ...results.map((result, index) => tokensOf(result, index === results.length - 1))];
}

function tokensOf({ method, version, result, reason, properties }: MethodResult, last: boolean): string[] {
  const tokens = [` ${method}${version === undefined ? "" : `/${version}`}=${result}`];
  if (reason !== undefined) tokens.push(` reason=${quoted(reason)}`);
  for (const { type, property, value } of properties) tokens.push(` ${type}.${property}=${valueText(value)}`);
  if (!last) tokens[tokens.length - 1] += ";";
  return tokens;
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** Tokens that may also be folded at the spaces within quotes. */
function pieces(tokens: readonly string[]): string[] {
  return tokens.some((token) => token.includes(" ", 1))
    ? tokens.flatMap((token) => token.split(/(?= [^ ])/))
    : [...tokens];
}
