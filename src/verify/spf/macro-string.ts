/** The letters that may stand in a name (RFC 7208 7.2), in lower case. */
export type NameLetter = "s" | "l" | "o" | "d" | "i" | "p" | "v" | "h";
/** The letters that may stand in an explanation. */
export type MacroLetter = NameLetter | "c" | "r" | "t";

/** One macro, such as `%{ir}` or `%{D2}`. */
export interface Macro {
  readonly letter: MacroLetter;
  /** Whether the value is escaped like a part of a URL: the letter is in upper case. */
  readonly escaped: boolean;
  /** How many parts are kept, from the right. */
  readonly parts: number;
  readonly reversed: boolean;
  /** The characters at which the value is divided; it is joined by dots. */
  readonly delimiters: string;
}

/** A text with macros (RFC 7208 7.1). */
export type MacroString = readonly (string | Macro)[];

/** Reads a text with macros. @returns `undefined` if it is not valid. */
export function parseMacroString(text: string): MacroString | undefined {
  return parse(text, inNames)?.parts;
}

/** Reads the text of an explanation, which may also have blanks and the macros `c`, `r` and `t`. */
export function parseExplanation(text: string): MacroString | undefined {
  return parse(text, inExplanations)?.parts;
}

/** Reads a name with macros: it ends in a macro, or in a dot and a label that is not a number (RFC 7208 7.1). */
export function parseDomainSpec(text: string): MacroString | undefined {
  const { parts, endsInMacro } = parse(text, inNames) ?? {};
  if (endsInMacro) return parts;
  const last = parts?.at(-1);
  const label = typeof last === "string" ? /\.([a-z\d-]+)\.?$/i.exec(last)?.[1] : undefined;
  return label === undefined || /^\d+$|^-|-$/.test(label) ? undefined : parts;
}

const inNames: RegExp = /%\{([slodipvh])(\d*)(r?)([.\-+,/_=]*)\}|%([%_-])|([!-$&-~]+)/giy;
const inExplanations: RegExp = /%\{([slodipvhcrt])(\d*)(r?)([.\-+,/_=]*)\}|%([%_-])|([ -$&-~]+)/giy;

function parse(text: string, pattern: RegExp): { parts: MacroString; endsInMacro: boolean } | undefined {
  const parts: (string | Macro)[] = [];
  let end = 0;
  let endsInMacro = false;
  for (const [whole, letter, count = "", reversed, delimiters, percent, literal] of text.matchAll(pattern)) {
    end += whole.length;
    endsInMacro = literal === undefined;
    if (letter === undefined) {
      const value = literal ?? percents[percent ?? ""] ?? "";
      // Neighbours are one text: the last label of a name may follow an escaped percent sign.
      if (typeof parts.at(-1) === "string") parts.push(`${parts.pop()}${value}`);
      else parts.push(value);
      continue;
    }
    if (/^0+$/.test(count)) return undefined;
    const lower = letter.toLowerCase();
    parts.push({
      letter: lower as MacroLetter,
      escaped: letter !== lower,
      parts: count === "" ? Number.POSITIVE_INFINITY : Number(count),
      reversed: reversed !== "",
      delimiters: delimiters || ".",
    });
  }
  return end === text.length ? { parts, endsInMacro } : undefined;
}

const percents: Readonly<Record<string, string>> = { "%": "%", _: " ", "-": "%20" };

/** Whether a macro of this letter is in the text. */
export function uses(text: MacroString, letter: MacroLetter): boolean {
  return text.some((part) => typeof part !== "string" && part.letter === letter);
}

/** Replaces the macros (RFC 7208 7.3). */
export function expand(text: MacroString, valueFor: (letter: MacroLetter) => string): string {
  return text
    .map((part) => (typeof part === "string" ? part : expandMacro(part, valueFor(part.letter))))
    .join("");
}

function expandMacro({ escaped, parts, reversed, delimiters }: Macro, value: string): string {
  // In a set of characters a hyphen must be last.
  const set = delimiters.includes("-") ? `${delimiters.replaceAll("-", "")}-` : delimiters;
  const pieces = value.split(new RegExp(`[${set}]`));
  if (reversed) pieces.reverse();
  const kept = pieces.slice(parts < pieces.length ? -parts : 0).join(".");
  return escaped ? kept.replace(/[^a-z\d\-._~]/gi, escapeOctet) : kept;
}

/** One character is one octet. */
function escapeOctet(octet: string): string {
  return `%${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}
