import { formatOtherParameter, type OtherParameter } from "../../protocol/other-parameter.ts";
import { extensionOf } from "../../protocol/parameters.ts";
import { flag, text } from "../../text/option-kinds.ts";
import { type OptionReaders, readOptions, refuseOption, wrongOption } from "../../text/options.ts";

/**
 * Parameters of extensions that have no option of their own, by keyword: `true` for one that stands alone, a text for
 * what stands behind `=`. The server must offer an extension of the same name, or the one that `extension` names.
 */
export type ParameterOptions = Readonly<Record<string, true | string | ParameterOption>>;

/** One parameter, where more is to be said than its value. */
export interface ParameterOption {
  /** What stands behind `=`, 1 to 500 printable ASCII characters without `=` and space; absent where nothing does. */
  readonly value?: string | undefined;
  /** The EHLO keyword that must be offered; that of the parameter's name if not given. */
  readonly extension?: string | undefined;
  /** Leaves the parameter out where the extension is not offered. `false` without this: then the mail is not sent. */
  readonly ifOffered?: boolean | undefined;
}

/** A parameter with what it takes to say it. */
export interface WantedParameter extends OtherParameter {
  readonly extension: string;
  readonly ifOffered: boolean;
}

/**
 * Reads other parameters.
 *
 * @throws EnvoiError of kind `"configuration"` naming the parameter, also if it is one that has an option of its own.
 */
export function readParameters(value: unknown, field: string): readonly WantedParameter[] {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw wrongOption(field, "an object of values by keyword", value);
  const wanted = new Map<string, WantedParameter>();
  for (const [key, option] of Object.entries(value)) {
    const own = `${field}[${JSON.stringify(key.slice(0, 64))}]`;
    const parameter = readParameter(own, key.toUpperCase(), option);
    if (wanted.has(parameter.keyword)) throw refuseOption(own, "this parameter has been given already");
    wanted.set(parameter.keyword, parameter);
  }
  return [...wanted.values()];
}

const readers: OptionReaders<ParameterOption> = {
  value: text,
  extension(value, field) {
    if (typeof value === "string" && /^[A-Za-z0-9][A-Za-z0-9-]*$/.test(value)) return value;
    throw wrongOption(field, "an EHLO keyword", value);
  },
  ifOffered: flag,
};

function readParameter(field: string, keyword: string, option: unknown): WantedParameter {
  if (extensionOf(keyword) !== undefined) throw refuseOption(field, "envoi sets this parameter", ours);
  const given = option === true ? {} : typeof option === "string" ? { value: option } : option;
  const {
    value,
    extension = keyword,
    ifOffered = false,
  } = readOptions(given as ParameterOption, readers, field);
  try {
    formatOtherParameter({ keyword, value });
  } catch (error) {
    throw refuseOption(field, (error as Error).message);
  }
  return { keyword, value, extension: extension.toUpperCase(), ifOffered };
}

const ours =
  "dsn, requireTls, deliverBy, hold, mtPriority and submitter are options of their own; the rest follows from the mail";
