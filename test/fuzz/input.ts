import { cut } from "../cut.js";

/** An input as a target reads it: the first octets say how, the others are what goes over the line. */
export interface Input {
  /** Switches. */
  readonly flags: number;
  readonly wire: Buffer;
  /** The same octets, in pieces. */
  readonly pieces: readonly Buffer[];
}

/** Understands any octets as an input. */
export function readInput(octets: Buffer): Input {
  const [flags = 0, first = 0, second = 0, third = 0] = octets;
  const wire = octets.subarray(4);
  // With this flag, octet by octet.
  const places = flags & 128 ? Array.from(wire.keys()) : [first, second, first + second, second + third * 4];
  return {
    flags,
    wire,
    pieces: cut(
      wire,
      places.filter((place) => place > 0),
    ),
  };
}

/** An input to begin with. */
export function seed(flags: number, ...texts: readonly string[]): Buffer {
  return Buffer.concat([Buffer.of(flags, 3, 17, 40), ...texts.map((text) => Buffer.from(text))]);
}
