import { type EnvoiError, misconfigured } from "../../errors.ts";

/** A parameter of MAIL or RCPT that belongs to an extension of which `parameters.ts` has no row. */
export interface OtherParameter {
  /** In capitals. */
  readonly keyword: string;
  /** What stands behind `=`; absent where the keyword stands alone. */
  readonly value?: string | undefined;
}

/** Parameters as a client says them: beside those with a row, others. */
export type WithOthers<Parameters> = Parameters & {
  /** Only a client has them: a server takes none that it does not know. */
  readonly others?: readonly OtherParameter[] | undefined;
};

/**
 * ` XVERP` or ` XVERP=+=`: the parameter as it stands behind a path (RFC 5321 4.1.2).
 *
 * @throws EnvoiError of kind `"configuration"` where keyword or value are none.
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
