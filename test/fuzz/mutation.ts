import type { Random } from "./random.ts";

/** The longest input, in octets. */
const longest = 2048;

/**
 * Changes a copy of the input in a few places: puts words in, takes parts out, repeats them, joins it with another
 * input.
 */
export function mutate(input: Buffer, other: Buffer, words: readonly Buffer[], random: Random): Buffer {
  let octets = input;
  for (let changes = 1 + random.below(4); changes > 0; changes--)
    octets = changed(octets, other, words, random);
  return octets.subarray(0, longest);
}

function changed(octets: Buffer, other: Buffer, words: readonly Buffer[], random: Random): Buffer {
  const from = random.below(octets.length + 1);
  const to = Math.min(octets.length, from + random.below(random.of([2, 8, 64])));
  const replaced = (...parts: readonly Buffer[]) =>
    Buffer.concat([octets.subarray(0, from), ...parts, octets.subarray(to)]);
  switch (random.below(8)) {
    case 0:
      return replaced();
    case 1:
      return replaced(octets.subarray(from, to), octets.subarray(from, to));
    case 2:
      return Buffer.concat([octets.subarray(0, from), other.subarray(random.below(other.length + 1))]);
    case 3:
      return replaced(Buffer.of(random.of(special)));
    case 4:
      return replaced(Buffer.of(random.below(256)));
    case 5:
      return replaced(random.of(words));
    default:
      return Buffer.concat([octets.subarray(0, from), random.of(words), octets.subarray(from)]);
  }
}

/** Octets that mean something somewhere. */
const special = [...Buffer.from('\0\t\r\n\x16\x7f .,:;<>@"\\[]=+-*/0129AZaz\x80\xbf\xc3\xff', "latin1")];
