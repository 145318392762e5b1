import { checkBoundary, randomBoundary } from "./boundary.ts";
import { parseContentType } from "./content-type.ts";
import type { Header } from "./header.ts";
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
import { transferEncodingHeader } from "./transfer-encoding.ts";

/** Options of a multipart. */
export interface MultiPartOptions {
  /** Random if not given. */
  readonly boundary?: string | undefined;
  /** Further parameters of Content-Type, such as `protocol` and `micalg` of what is signed. */
  readonly parameters?: Pairs<string> | undefined;
}

/** Nesting deeper than this is a mistake, and readers give up far sooner. */
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
  /** What it is made of; frozen. */
  readonly parts: readonly Part[];
  /** How many multiparts lie one in the other here, this one counted. */
  readonly depth: number;
  /** What stands between the parts. */
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
      throw new MessageError(`parts: nested deeper than ${maxDepth}`, { field: "parts" });
    }
    const { boundary } = options;
    const parameters =
      options.parameters === undefined ? none : checkParameters(options.parameters, "parameters");
    if (parameters.has("boundary"))
      throw new MessageError("parameters: the boundary is an option", { field: "parameters" });
    this.boundary = boundary === undefined ? randomBoundary() : checkBoundary(boundary);
    this.#header = parameterHeader(
      "Content-Type",
      type,
      new Map([...parameters, ["boundary", this.boundary]]),
    );
    if (boundary === undefined) return;
    refuseCollision(this.encode({ eightBit: true }).body, boundary, parts.length);
    refuseCollision(this.encode({ eightBit: true, binary: true }).body, boundary, parts.length);
  }

  /** Parts that stand for themselves: a text and its attachments. */
  static mixed(parts: readonly Part[], options: MultiPartOptions = {}): MultiPart {
    return MultiPart.of("mixed", parts, options);
  }

  /** The same content in several forms, the plainest first. */
  static alternative(parts: readonly Part[], options: MultiPartOptions = {}): MultiPart {
    return MultiPart.of("alternative", parts, options);
  }

  /** A part and what it refers to, such as HTML and its images; the first is the root (RFC 2387). */
  static related(parts: readonly Part[], options: MultiPartOptions = {}): MultiPart {
    refuseUnknown(options, optionNames, "a multipart");
    const root = parts[0]?.type;
    const given = checkParameters(options.parameters ?? {}, "parameters");
    const parameters = root === undefined || given.has("type") ? given : new Map([...given, ["type", root]]);
    return MultiPart.of("related", parts, { ...options, parameters });
  }

  /**
   * A multipart of any subtype, such as `report`. What lies in `signed` or `encrypted` is made once, in 7-bit, and is
   * the same whatever a server offers (RFC 1847 section 2.1).
   *
   * @throws MessageError if there is no part, one is no part, they are nested too deep, or the boundary is none or
   * stands in a part.
   */
  static of(subtype: string, parts: readonly Part[], options: MultiPartOptions = {}): MultiPart {
    refuseUnknown(options, optionNames, "a multipart");
    const { essence, parameters } = parseContentType(`multipart/${subtype}`, "subtype");
    if (parameters.size > 0)
      throw new MessageError("subtype: parameters are an option", { field: "subtype" });
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

  /** Whether `value` is a part of this kind; a look-alike, such as an object from JSON, is not. */
  static is(value: unknown): value is MultiPart {
    return typeof value === "object" && value !== null && #header in value;
  }

  /** The part as it is sent; the answer is kept. */
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
const none: Parameters = new Map();

const optionNames = ["boundary", "parameters"];

/** What nobody may change on the way, the library least of all: a signature is made over these octets. */
const keptAsItIs = new Set(["multipart/signed", "multipart/encrypted"]);
const signed: EncodingConstraint = { eightBit: false, signed: true };

/** Only for a boundary that was given: a random one is in no content. */
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
  throw new MessageError(`boundary: ${JSON.stringify(boundary)} stands in a part`, { field: "boundary" });
}
