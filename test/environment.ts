import process from "node:process";

/** A whole number that a variable of the environment says, or the usual one where it says nothing. */
export function numberFrom(variable: string, usual: number): number {
  const text = process.env[variable];
  if (text === undefined || text === "") return usual;
  if (!/^\d+$/.test(text)) throw new Error(`${variable} must be a whole number, not ${text}`);
  return Number(text);
}
