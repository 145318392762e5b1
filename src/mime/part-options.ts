import type { NamesOf } from "../text/options/known-names.ts";
import { type Header, headerName } from "./header.ts";
import { refuseUnknown } from "./known-fields.ts";
import { MessageError } from "./message-error.ts";
import { contentId, messageIdHeader } from "./message-id.ts";
import { type Pairs, readPairs } from "./pairs.ts";
import { checkParameters, checkToken, type Parameters, parameterHeader } from "./parameters.ts";
import { textHeader } from "./unstructured.ts";

/** Options of a part besides its type. */
export interface PartOptions {
  /** `inline` is shown with the text, `attachment` is listed as a file; by default the reader decides. */
  readonly disposition?: "inline" | "attachment" | (string & {}) | undefined;
  /** Parameters of the disposition, such as `filename`. */
  readonly dispositionParameters?: Pairs<string> | undefined;
  /** The id to which a `cid:` URL in the HTML refers, without angle brackets. */
  readonly contentId?: string | undefined;
  /** A description of one line (RFC 2045 section 8). */
  readonly description?: string | undefined;
  /** Further Content-* fields, such as Content-Language or Content-Location. */
  readonly headers?: Pairs<string> | undefined;
}

/** The options of a part, checked. */
export interface PartFields {
  /** The fields that the options make. */
  readonly headers: readonly Header[];
  readonly contentId: string | undefined;
  readonly fileName: string | undefined;
}

/** The names of {@link PartOptions}. */
export const partOptionNames: NamesOf<PartOptions> = {
  disposition: true,
  dispositionParameters: true,
  contentId: true,
  description: true,
  headers: true,
};

const none: PartFields = { headers: [], contentId: undefined, fileName: undefined };
/** The options of most texts. */
export const noOptions: PartOptions = {};

/**
 * Makes the header fields for the options of a part.
 *
 * @throws MessageError naming the option that is unknown or not valid.
 */
export function partFields(options: PartOptions): PartFields {
  if (options === noOptions) return none;
  refuseUnknown(options, partOptionNames, "a part");
  const headers: Header[] = [];
  const { disposition, dispositionParameters, description } = options;
  let parameters: Parameters | undefined;
  if (disposition !== undefined) {
    const value = checkToken(disposition, "disposition");
    parameters = checkParameters(dispositionParameters ?? {}, "dispositionParameters");
    headers.push(parameterHeader("Content-Disposition", value, parameters));
  } else if (dispositionParameters !== undefined) {
    const field = "dispositionParameters";
    throw new MessageError(`${field}: expected a disposition with them, such as "attachment"`, { field });
  }
  const id = options.contentId === undefined ? undefined : contentId(options.contentId, "contentId");
  if (id !== undefined) headers.push(messageIdHeader("Content-ID", [`<${id}>`]));
  if (description !== undefined) headers.push(textHeader("Content-Description", description, "description"));
  if (options.headers !== undefined) for (const header of ownFields(options.headers)) headers.push(header);
  return { headers, contentId: id, fileName: parameters?.get("filename") };
}

/**
 * Further fields of a part: by RFC 2045 section 3 only Content-* fields have a meaning there.
 */
function ownFields(given: Pairs<string>): Header[] {
  const headers: Header[] = [];
  for (const [name, value] of readPairs(given, "headers")) {
    const key = headerName(name).toLowerCase();
    const advice = contentFieldAdvice(key);
    if (advice !== undefined) throw new MessageError(`${name}: ${advice}`, { field: name });
    if (headers.some((header) => header.name.toLowerCase() === key))
      throw new MessageError(`${name}: is set already, and must not be repeated`, { field: name });
    headers.push(textHeader(name, value));
  }
  return headers;
}

/** Why a field of a part cannot be set by its name; `undefined` if it can. The name is in lower case. */
export function contentFieldAdvice(name: string): string | undefined {
  if (!name.startsWith("content-")) return "expected a Content-* field; others belong to the message";
  return made.get(name);
}

const madeOf = "it is derived from the content";
const made = new Map([
  ["content-type", `${madeOf}; the type is an option of the part`],
  ["content-transfer-encoding", madeOf],
  ["content-length", "it changes in transit, and some readers cut mails by it"],
  ["content-disposition", "use the options disposition and dispositionParameters of the part"],
  ["content-id", "use the option contentId of the part"],
  ["content-description", "use the option description of the part"],
]);
