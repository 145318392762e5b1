import { type EnvoiError, misconfigured } from "../../errors.ts";

/** A parameter of MAIL or RCPT from an extension that has no row in `parameters.ts`. */
export interface OtherParameter {
  /** In capitals. */
  readonly keyword: string;
  /** The value after `=`; absent if the keyword has none. */
  readonly value?: string | undefined;
}

/** The parameters of a client: those with a row, and others. */
export type WithOthers<Parameters> = Parameters & {
  /** Only a client has them: a server refuses parameters that it does not know. */
  readonly others?: readonly OtherParameter[] | undefined;
};

/**
 * ` XVERP` or ` XVERP=+=`: the parameter as it follows a path (RFC 5321 4.1.2).
 *
 * @throws EnvoiError of kind `"configuration"` if the keyword or the value is not valid.
 */
export function formatOtherParameter({ keyword, value }: OtherParameter): string {
  if (!/^[A-Z0-9][A-Z0-9-]{0,63}$/.test(keyword)) throw wrong(`${JSON.stringify(keyword)} is no keyword`);
  if (value === undefined) return ` ${keyword}`;
  if (!/^[!-<>-~]{1,500}$/.test(value)) {
    throw wrong(`${keyword}: a value is 1 to 500 printable ASCII characters without "=" and space`);
  }
  return ` ${keyword}=${value}`;
}

function wrong(message: string): EnvoiError {
  return misconfigured(message);
}
