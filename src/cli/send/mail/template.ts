import Mustache from "mustache";
import { CommandError } from "../../exit-status.ts";
import { RowProblem } from "./row-problem.ts";

/** What the text of a template is for, which decides what a value may contain. */
export type TemplateUse = "text" | "html" | "line" | "path";

/** A column that a template names. */
export interface ColumnUse {
  readonly name: string;
  /** The flag with the template. */
  readonly flag: string;
  /** It is named within a section, which may bring names of its own. */
  readonly nested: boolean;
}

/** The values of a row by column, looked up by the names in templates. */
export class RowValues extends Mustache.Context {
  /** Finds a value by the name of its column, or by a path into it; only own properties count. */
  override lookup(name: string): unknown {
    for (let context: Nested | undefined = this as unknown as Nested; context; context = context.parent) {
      const { view } = context;
      if (name === ".") return view;
      const value = own(view, name) ?? path(view, name);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  /** The values within a section. */
  override push(view: unknown): RowValues {
    return new RowValues(view, this);
  }
}

interface Nested {
  readonly view: unknown;
  readonly parent: Nested | undefined;
}

function own(view: unknown, name: string): unknown {
  return typeof view === "object" && view !== null && Object.hasOwn(view, name)
    ? (view as Record<string, unknown>)[name]
    : undefined;
}

function path(view: unknown, name: string): unknown {
  if (!name.includes(".")) return undefined;
  return name.split(".").reduce((value, part) => own(value, part), view);
}

/** Text with {{column}} in it, in the language of mustache. */
export class Template {
  /** The text, if it names no column. */
  readonly constant: string | undefined;
  readonly columns: readonly ColumnUse[];
  readonly #tokens: Tokens;
  readonly #writer: ValueWriter;

  private constructor(tokens: Tokens, use: TemplateUse, flag: string) {
    this.#tokens = tokens;
    this.#writer = new ValueWriter(use, flag);
    this.columns = columnsIn(tokens, flag);
    this.constant =
      this.columns.length === 0 ? this.#writer.renderTokens(tokens, new RowValues({})) : undefined;
  }

  /** Reads a template. @throws CommandError if it is not one. */
  static parse(source: string, use: TemplateUse, flag: string): Template {
    return new Template(parse(source, flag), use, flag);
  }

  /** A text in which braces mean nothing. */
  static literal(text: string, use: TemplateUse, flag: string): Template {
    return new Template(text === "" ? [] : [["text", text, 0, text.length]], use, flag);
  }

  /** The text for a row. @throws RowProblem if a value is missing or must not be there. */
  render(values: RowValues): string {
    return this.constant ?? this.#writer.renderTokens(this.#tokens, values);
  }
}

type Token = readonly [string, string, number, number, Tokens?, ...unknown[]];
type Tokens = readonly Token[];

function parse(source: string, flag: string): Tokens {
  try {
    return Mustache.parse(source) as unknown as Tokens;
  } catch (error) {
    throw new CommandError(`${flag}: the template is not valid: ${(error as Error).message}`);
  }
}

function columnsIn(tokens: Tokens, flag: string, nested = false): ColumnUse[] {
  return tokens.flatMap(([kind, name, , , within = []]) => {
    if (kind === ">")
      throw new CommandError(`${flag}: {{> ${name}}} would be another template, and there are no others`);
    if (kind === "name" || kind === "&") return name === "." ? [] : [{ name, flag, nested }];
    if (kind !== "#" && kind !== "^") return [];
    return [{ name, flag, nested }, ...columnsIn(within, flag, nested || kind === "#")];
  });
}

/** Writes values as they must be for the use of the text. */
class ValueWriter extends Mustache.Writer {
  readonly #use: TemplateUse;
  readonly #flag: string;

  constructor(use: TemplateUse, flag: string) {
    super();
    this.#use = use;
    this.#flag = flag;
  }

  override renderTokens(tokens: unknown, values: RowValues): string {
    return super.renderTokens(tokens as string[][], values);
  }

  override escapedValue(token: string[], values: RowValues): string {
    const text = this.unescapedValue(token, values);
    return this.#use === "html" ? Mustache.escape(text) : text;
  }

  override unescapedValue([, name = ""]: string[], values: RowValues): string {
    const value: unknown = values.lookup(name);
    if (value === null) return "";
    if (typeof value === "string") return this.#checked(value, name);
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    const got = value === undefined ? "nothing" : Array.isArray(value) ? "an array" : "an object";
    const what = `${this.#flag}: the column ${JSON.stringify(name)}: expected text or a number, got ${got}`;
    throw new RowProblem(what);
  }

  #checked(value: string, name: string): string {
    if (this.#use === "text" || this.#use === "html") return value;
    const found = /[\r\n\0]/.exec(value)?.[0];
    if (found === undefined) return value;
    const characters: Record<string, string> = { "\r": "CR", "\n": "LF", "\0": "NUL" };
    const problem =
      this.#use === "path"
        ? "which no path has"
        : "which could add header fields or recipients to the mail; only --text and --html may have it";
    throw new RowProblem(
      `${this.#flag}: the column ${JSON.stringify(name)} contains ${characters[found]}, ${problem}`,
    );
  }
}
