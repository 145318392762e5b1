import { ApiError } from "../http/api-error.ts";

/** The object in the body of a request. Names of fields may be in any case, as in mailpit. */
export class RequestJson {
  readonly #fields: ReadonlyMap<string, unknown>;

  private constructor(fields: ReadonlyMap<string, unknown>) {
    this.#fields = fields;
  }

  /**
   * Reads a body.
   *
   * @throws ApiError with status 400 if it is not an object in JSON.
   */
  static read(text: string): RequestJson {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw new ApiError(text.trim() === "" ? "EOF" : "the body is not valid JSON");
    }
    // A null leaves all fields as they are by default.
    return RequestJson.of(value ?? {}, "the body");
  }

  /** The fields of a value, which a message calls `what`. @throws ApiError with status 400 if it is not an object. */
  static of(value: unknown, what: string): RequestJson {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw new ApiError(`${what}: expected an object, got ${kindOf(value)}`);
    return new RequestJson(
      new Map(Object.entries(value).map(([name, field]) => [name.toLowerCase(), field])),
    );
  }

  /** A field that is a text; empty if it is absent. */
  text(name: string): string {
    const value = this.#get(name) ?? "";
    if (typeof value !== "string") throw wrong(name, "a string", value);
    return value;
  }

  /** A field that is true or false; false if it is absent. */
  flag(name: string): boolean {
    const value = this.#get(name) ?? false;
    if (typeof value !== "boolean") throw wrong(name, "true or false", value);
    return value;
  }

  /** A field that is a whole number; 0 if it is absent. */
  number(name: string): number {
    const value = this.#get(name) ?? 0;
    if (typeof value !== "number" || !Number.isSafeInteger(value)) throw wrong(name, "a whole number", value);
    return value;
  }

  /** A field that is a list of texts; empty if it is absent. */
  texts(name: string): string[] {
    return this.#list(name).map((each) => {
      if (typeof each !== "string") throw wrong(name, "an array of strings", each);
      return each;
    });
  }

  /** A field that is a list of objects; empty if it is absent. */
  objects(name: string): RequestJson[] {
    return this.#list(name).map((each) => RequestJson.of(each, name));
  }

  /** A field that is an object. */
  object(name: string): RequestJson {
    return RequestJson.of(this.#get(name) ?? {}, name);
  }

  /** A field that is an object of texts, as pairs. */
  pairs(name: string): [string, string][] {
    const value = this.#get(name) ?? {};
    RequestJson.of(value, name);
    return Object.entries(value as object).map(([key, text]) => {
      if (typeof text !== "string") throw wrong(`${name}.${key}`, "a string", text);
      return [key, text];
    });
  }

  #list(name: string): readonly unknown[] {
    const value = this.#get(name) ?? [];
    if (!Array.isArray(value)) throw wrong(name, "an array", value);
    return value;
  }

  #get(name: string): unknown {
    return this.#fields.get(name.toLowerCase());
  }
}

function wrong(name: string, expected: string, value: unknown): ApiError {
  return new ApiError(`${name}: expected ${expected}, got ${kindOf(value)}`);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : `a ${typeof value}`;
}
