import { formatOtherParameter, type OtherParameter } from "../../protocol/other-parameter.ts";
import { extensionOf } from "../../protocol/parameters.ts";
import { checkOptionNames } from "../option-names.ts";
import { wrongOption } from "../wrong-option.ts";

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

/** @throws EnvoiError of kind `"configuration"` naming the parameter, also for one that has an option of its own. */
export function readParameters(name: string, given: ParameterOptions): readonly WantedParameter[] {
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw wrongOption(name, "expects an object of values by keyword");
  const wanted = new Map<string, WantedParameter>();
  for (const [key, option] of Object.entries(given)) {
    const field = `${name}[${JSON.stringify(key.slice(0, 64))}]`;
    const parameter = readParameter(field, key.toUpperCase(), option);
    if (wanted.has(parameter.keyword)) throw wrongOption(field, "this parameter is there already");
    wanted.set(parameter.keyword, parameter);
  }
  return [...wanted.values()];
}

function readParameter(field: string, keyword: string, option: ParameterOptions[string]): WantedParameter {
  if (extensionOf(keyword) !== undefined)
    throw wrongOption(field, `envoi says this parameter itself; ${ours}`);
  const given: ParameterOption =
    option === true ? {} : typeof option === "string" ? { value: option } : option;
  checkOptionNames(field, given, ["value", "extension", "ifOffered"]);
  const { value, extension = keyword, ifOffered = false } = given;
  if (value !== undefined && typeof value !== "string") throw wrongOption(field, "expects true or a text");
  try {
    formatOtherParameter({ keyword, value });
  } catch (error) {
    throw wrongOption(field, (error as Error).message);
  }
  if (typeof ifOffered !== "boolean") throw wrongOption(`${field}.ifOffered`, "expects true or false");
  if (typeof extension !== "string" || !/^[A-Za-z0-9][A-Za-z0-9-]*$/.test(extension))
    throw wrongOption(`${field}.extension`, "expects an EHLO keyword");
  return { keyword, value, extension: extension.toUpperCase(), ifOffered };
}

const ours =
  "dsn, requireTls, deliverBy, hold, mtPriority and submitter are its options, the rest follows from the mail";
