import { type OptionReader, refuseOption, wrongOption } from "../text/options/option-reader.ts";

/** Text that a column takes. PostgreSQL has no NUL, and halves of surrogate pairs would be stored as another text. */
export const word: OptionReader<string> = (value, field) => {
  if (typeof value !== "string") throw wrongOption(field, "a string", value);
  if (/[\0\p{Surrogate}]/u.test(value))
    throw refuseOption(
      field,
      "expected a string without NUL and halves of surrogate pairs, got one with them",
    );
  return value;
};

/** The same for a column that has an index, which takes so many bytes at most. */
export function shortWord(most: number): OptionReader<string> {
  return (value, field) => {
    const text = word(value, field);
    const bytes = Buffer.byteLength(text);
    if (bytes <= most) return text;
    throw refuseOption(field, `expected a string of at most ${most} bytes, got ${bytes} bytes`);
  };
}
