import { wholeNumber } from "../../text/options/option-kinds.ts";
import { wrongOption } from "../../text/options/option-reader.ts";
import type { MethodResult, ResultsContent } from "./method-result.ts";
import { checkPart } from "./parts.ts";
import { readResults } from "./results-parser.ts";
import { resultsField, resultsText } from "./results-text.ts";

/**
 * An Authentication-Results field (RFC 8601): what a server found out about a message. Immutable.
 *
 * Such a field proves nothing about its writer: believe only those of servers that remove what others write in their
 * name, and only in programs that get all their mail from that server.
 *
 * @example
 * ```ts
 * const { results } = AuthenticationResults.parse("mx.example.com; spf=pass smtp.mailfrom=ann@example.org");
 * console.log(results[0]?.method, results[0]?.result); // spf pass
 * ```
 */
export class AuthenticationResults implements ResultsContent {
  /** The name of the server that checked the message. */
  readonly authservId: string;
  /** The version of the format. */
  readonly version: number;
  /** What each method found; empty if none was used (`none`). */
  readonly results: readonly MethodResult[];

  private constructor(authservId: string, version: number, results: readonly MethodResult[]) {
    this.authservId = authservId;
    this.version = version;
    this.results = results;
    Object.freeze(this);
  }

  /**
   * Makes a field. Methods, results and properties are words; values may be any text without line breaks and NUL.
   *
   * @throws EnvoiError of kind `"configuration"` naming what is not valid.
   */
  static of(authservId: string, results: readonly MethodResult[]): AuthenticationResults {
    checkPart(authservId, "authservId", "text");
    if (!Array.isArray(results)) throw wrongOption("results", "an array", results);
    const copies = results.map((result, index) => copyOf(result, `results[${index}]`));
    return new AuthenticationResults(authservId, 1, Object.freeze(copies));
  }

  /**
   * Reads the value of a field, or a whole field with its name. Comments count for nothing.
   *
   * @throws MessageError naming the position of what RFC 8601 does not allow.
   */
  static parse(value: string): AuthenticationResults {
    const { authservId, version, results } = readResults(value);
    return new AuthenticationResults(authservId, version, Object.freeze(results));
  }

  /** The value on one line; {@link AuthenticationResults.parse} reads it. */
  toString(): string {
    return resultsText(this);
  }

  /** The whole field as it is in a message: folded, with its name and with CRLF at its end. */
  toField(): string {
    return resultsField(this);
  }
}

const readVersion = wholeNumber(0, 999_999_999);

function copyOf(result: MethodResult, field: string): MethodResult {
  const { method, version, result: word, reason, properties } = Object(result) as MethodResult;
  if (!Array.isArray(properties)) throw wrongOption(`${field}.properties`, "an array", properties);
  const copy = {
    method: checkPart(method, `${field}.method`, "word").toLowerCase(),
    ...(version !== undefined && { version: readVersion(version, `${field}.version`) }),
    result: checkPart(word, `${field}.result`, "word").toLowerCase(),
    ...(reason !== undefined && { reason: checkPart(reason, `${field}.reason`, "text") }),
    properties: Object.freeze(
      properties.map(({ type, property, value }, index) =>
        Object.freeze({
          type: checkPart(type, `${field}.properties[${index}].type`, "word").toLowerCase(),
          property: checkPart(property, `${field}.properties[${index}].property`, "word").toLowerCase(),
          value: checkPart(value, `${field}.properties[${index}].value`, "text"),
        }),
      ),
    ),
  };
  return Object.freeze(copy);
}
