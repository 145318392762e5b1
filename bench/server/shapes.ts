/** The size of a block; some are a few octets smaller. */
const blockSize = 262_144;

/** Content that is hard on one server or the other, as blocks that may be repeated. */
export interface Shape {
  readonly block: Buffer;
  /** The end of the content, including the dot. */
  readonly end: string;
  /** Sent by BDAT, with the block as chunk, instead of DATA. */
  readonly chunks: boolean;
}

/** The shapes, by name. */
export const shapes: Readonly<Record<string, Shape>> = {
  "lines of 76": lines("x".repeat(76)),
  "lines of two dots": lines(".."),
  "empty lines": lines(""),
  "one endless line": { block: Buffer.alloc(blockSize, "x"), end: "\r\n.\r\n", chunks: false },
  "BDAT, lines of 76": { ...lines("x".repeat(76)), chunks: true },
};

function lines(text: string): Shape {
  const line = `${text}\r\n`;
  return {
    block: Buffer.from(line.repeat(Math.floor(blockSize / line.length))),
    end: ".\r\n",
    chunks: false,
  };
}
