import { charsetLimits } from "./charset-limits.ts";
import { type Codec, codecOf } from "./codec.ts";
import { loadTable } from "./iconv.ts";
import { keepCodec, readyCodec } from "./ready-codec.ts";
import { registeredCharset } from "./registered-charset.ts";

/** Loads the codec of a charset by any of its labels; `undefined` if it is not registered. */
export async function loadCodec(label: string): Promise<Codec | undefined> {
  const charset = registeredCharset(label);
  if (charset === undefined) return undefined;
  const known = readyCodec(charset);
  if (known !== undefined) return known;
  const table = await loadTable(charset.codec);
  return table === undefined
    ? undefined
    : keepCodec(codecOf(charset.name, table, charsetLimits.get(charset.name)));
}
