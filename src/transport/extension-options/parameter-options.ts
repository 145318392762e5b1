import { formatOtherParameter, type OtherParameter } from "../../protocol/parameters/other-parameter.ts";
import { extensionOf } from "../../protocol/parameters/parameters.ts";
import { flag, text } from "../../text/options/option-kinds.ts";
import {
  type OptionReaders,
  readOptions,
  refuseOption,
  wrongOption,
} from "../../text/options/option-reader.ts";

/**
 * Parameters of extensions that have no option of their own, by keyword: `true` for one without a value, a string for
 * the value after `=`. The server must offer an extension of the same name, or the one that `extension` names.
 */
export type ParameterOptions = Readonly<Record<string, true | string | ParameterOption>>;

/** One parameter with more than its value. */
export interface ParameterOption {
  /** The value after `=`, if any: 1 to 500 printable ASCII characters without `=` and space. */
  readonly value?: string | undefined;
  /** The EHLO keyword that the server must offer; the name of the parameter by default. */
  readonly extension?: string | undefined;
  /** Leaves the parameter out if the extension is not offered. By default the mail is not sent then. */
  readonly ifOffered?: boolean | undefined;
}

/** A parameter with the extension that it needs. */
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
