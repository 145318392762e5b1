import type { NamesOf } from "../text/options/known-names.ts";
import { checkBoundary, randomBoundary } from "./boundary.ts";
import { parseContentType } from "./content-type.ts";
import { Header } from "./header.ts";
import { refuseUnknown } from "./known-fields.ts";
import { MessageError, wrongField } from "./message-error.ts";
import type { Pairs } from "./pairs.ts";
import { checkParameters, type Parameters, parameterHeader } from "./parameters.ts";
import {
  type EncodedPart,
  type EncodingConstraint,
  headText,
  type Part,
  type Piece,
  type Way,
  wayOf,
} from "./part.ts";
import { SinglePart } from "./single-part.ts";
import { transferEncodingHeader } from "./transfer-encoding-header.ts";

/** Options of a multipart. */
export interface MultiPartOptions {
  /** The boundary; by default a random one. */
  readonly boundary?: string | undefined;
  /** Further parameters of Content-Type, such as `protocol` and `micalg` of `multipart/signed`. */
  readonly parameters?: Pairs<string> | undefined;
}

/** Deeper nesting is a mistake; readers give up much sooner. */
const maxDepth = 64;

/**
 * A part made of parts (RFC 2046 section 5.1); immutable.
 *
 * @example
 * ```ts
 * const logo = Attachment.fromBytes("logo.png", png).inline("logo@example.com");
 * MultiPart.related([SinglePart.html('<img src="cid:logo@example.com">'), logo.part]);
 * ```
 */
export class MultiPart implements Part {
  /** The media type, such as `multipart/mixed`, without parameters. */
  readonly type: string;
  /** The parts; frozen. */
  readonly parts: readonly Part[];
  /** The depth of nested multiparts, including this one. */
  readonly depth: number;
  /** The boundary between the parts. */
  readonly boundary: string;
  readonly #header: Header;
  readonly #encoded: { [way in Way]?: EncodedPart } = {};

  private constructor(key: symbol, type: string, parts: readonly Part[], options: MultiPartOptions) {
    if (key !== internal)
      throw new MessageError("use MultiPart.of, .mixed, .alternative or .related to make a part");
    this.type = type;
    this.parts = Object.freeze([...parts]);
    this.depth = 1 + parts.reduce((depth, part) => Math.max(depth, part.depth), 0);
    if (this.depth > maxDepth) {
      throw new MessageError(`parts: expected at most ${maxDepth} nested multiparts`, { field: "parts" });
    }
    const { boundary } = options;
    const parameters =
      options.parameters === undefined ? none : checkParameters(options.parameters, "parameters");
    if (parameters.has("boundary"))
      throw new MessageError("parameters: expected no boundary, which is a separate option", {
        field: "parameters",
      });
    this.boundary = boundary === undefined ? randomBoundary() : checkBoundary(boundary);
    if (boundary === undefined && parameters.size === 0 && usualTypes.has(type)) {
      this.#header = usualHeader(type, this.boundary);
      return;
    }
    this.#header = typeHeader(type, new Map([...parameters, ["boundary", this.boundary]]));
    if (boundary === undefined) return;
    refuseCollision(this.encode({ eightBit: true }).body, boundary, parts.length);
    refuseCollision(this.encode({ eightBit: true, binary: true }).body, boundary, parts.length);
  }

  /** Makes a multipart of independent parts: a text and its attachments. */
  static mixed(parts: readonly Part[], options: MultiPartOptions = {}): MultiPart {
    return MultiPart.of("mixed", parts, options);
  }

  /** Makes a multipart of several forms of the same content, the plainest first. */
  static alternative(parts: readonly Part[], options: MultiPartOptions = {}): MultiPart {
    return MultiPart.of("alternative", parts, options);
  }

  /**
   * Makes a multipart of a part and what it refers to, such as HTML and its images; the first is the root (RFC 2387).
   */
  static related(parts: readonly Part[], options: MultiPartOptions = {}): MultiPart {
    refuseUnknown(options, optionNames, "a multipart");
    const root = parts[0]?.type;
    const given = checkParameters(options.parameters ?? {}, "parameters");
    const parameters = root === undefined || given.has("type") ? given : new Map([...given, ["type", root]]);
    return MultiPart.of("related", parts, { ...options, parameters });
  }

  /**
   * Makes a multipart of any subtype, such as `report`. The content of `signed` and `encrypted` is encoded as 7-bit,
   * and is the same whatever a server offers (RFC 1847 section 2.1).
   *
   * @throws MessageError if there is no part, an element is not a part, they are nested too deep, or the boundary is
   * not valid or is contained in a part.
   */
  static of(subtype: string, parts: readonly Part[], options: MultiPartOptions = {}): MultiPart {
    refuseUnknown(options, optionNames, "a multipart");
    const essence = essenceOf(subtype);
    if (!Array.isArray(parts) || parts.length === 0) {
      throw wrongField("parts", "an array of at least one part", parts);
    }
    const stranger = parts.findIndex((part) => !MultiPart.is(part) && !SinglePart.is(part));
    if (stranger >= 0) {
      const field = `parts[${stranger}]`;
      throw wrongField(field, "a SinglePart or a MultiPart", parts[stranger]);
    }
    return new MultiPart(internal, essence, parts, options);
  }

  /** Whether `value` is a multipart. An object from JSON that looks like one is not. */
  static is(value: unknown): value is MultiPart {
    return typeof value === "object" && value !== null && #header in value;
  }

  /** Returns the part as it is sent; the result is cached. */
  encode(constraint: EncodingConstraint): EncodedPart {
    const inside = keptAsItIs.has(this.type) ? signed : constraint;
    const way = wayOf(inside);
    this.#encoded[way] ??= this.#encode(inside);
    return this.#encoded[way];
  }

  #encode(constraint: EncodingConstraint): EncodedPart {
    const body: Piece[] = [];
    let eightBit = false;
    let binary = false;
    let text = "";
    for (const part of this.parts) {
      const encoded = part.encode(constraint);
      eightBit ||= encoded.eightBit;
      binary ||= encoded.binary;
      text += `--${this.boundary}\r\n${headText(encoded)}`;
      for (const piece of encoded.body) {
        if (typeof piece === "string") {
          text += piece;
          continue;
        }
        body.push(text, piece);
        text = "";
      }
      text += "\r\n";
    }
    body.push(`${text}--${this.boundary}--\r\n`);
    const headers = [this.#header];
    // An enclosing part must not claim less than what is inside (RFC 2045 section 6.4).
    if (eightBit) headers.push(transferEncodingHeader(binary ? "binary" : "8bit"));
    return { headers, body, eightBit, binary };
  }
}

const internal: unique symbol = Symbol("MultiPart");

function essenceOf(subtype: string): string {
  const usual = `multipart/${subtype}`;
  if (usualTypes.has(usual)) return usual;
  const { essence, parameters } = parseContentType(usual, "subtype");
  if (parameters.size === 0) return essence;
  throw new MessageError("subtype: expected no parameters, which are a separate option", {
    field: "subtype",
  });
}

const usualTypes = new Set(["multipart/mixed", "multipart/alternative"]);

/** The field of a usual type with a random boundary, which always has the same length: made once, but for that. */
function usualHeader(type: string, boundary: string): Header {
  let around = usualHeaders.get(type);
  if (around === undefined) {
    const { value, lines } = typeHeader(type, new Map([["boundary", boundary]]));
    around = { value: value.split(boundary), lines: lines.trimEnd().split(boundary) };
    usualHeaders.set(type, around);
  }
  const { value, lines } = around;
  return Header.formatted("Content-Type", () => value.join(boundary), lines.join(boundary));
}

const usualHeaders = new Map<string, { readonly value: string[]; readonly lines: string[] }>();

function typeHeader(type: string, parameters: Parameters): Header {
  return parameterHeader("Content-Type", type, parameters);
}

const none: Parameters = new Map();

const optionNames: NamesOf<MultiPartOptions> = { boundary: true, parameters: true };

/** Types that must not change in transit: a signature covers these octets. */
const keptAsItIs = new Set(["multipart/signed", "multipart/encrypted"]);
const signed: EncodingConstraint = { eightBit: false, signed: true };

/** Called only for a boundary of the caller: no content contains a random one. */
function refuseCollision(body: readonly Piece[], boundary: string, parts: number): void {
  const delimiter = `--${boundary}`;
  let found = 0;
  for (const piece of body) {
    if (typeof piece === "function") continue;
    for (let at = piece.indexOf(delimiter); at >= 0; at = piece.indexOf(delimiter, at + delimiter.length))
      found++;
  }
  // Its own delimiters are one a part and the last.
  if (found === parts + 1) return;
  throw new MessageError(`boundary: expected one that no part contains, got ${JSON.stringify(boundary)}`, {
    field: "boundary",
  });
}
