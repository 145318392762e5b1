import type { CharsetLimits } from "./codec.ts";

/** How Unicode's Big5 differs from that of the WHATWG. */
const big5Renamed = "‾¯•‧／∕♁⊕☉⊙､﹑＼﹨∼～¢￠£￡¥￥";

/**
 * The limits by registered name, like in Python's codecs, which follow the standards. iconv-lite has the tables of
 * Windows and of the WHATWG under the names of the charsets that these extend.
 */
export const charsetLimits: ReadonlyMap<string, CharsetLimits> = new Map<string, CharsetLimits>([
  [
    "gb2312",
    {
      high: true,
      refused: [
        [0xa2a1, 0xa2aa],
        [0xa6e0, 0xa6f5],
        [0xa8bb, 0xa8c0],
      ],
      renamed: "・·―—",
    },
  ],
  [
    "gbk",
    {
      refused: [
        [0x80, 0x80],
        [0xa8bc, 0xa8bc],
        [0xa8bf, 0xa8bf],
        [0xa989, 0xa995],
        [0xfe50, 0xfefe],
      ],
    },
  ],
  ["macintosh", { renamed: "€¤Ω\u2126" }],
  [
    "euc-jp",
    {
      refused: [
        [0xada1, 0xadfe],
        [0xf9a1, 0xfefe],
        [0x8fa2b7, 0x8fa2b7],
      ],
      renamed: "‖∥−－¢￠£￡¬￢",
    },
  ],
  ["euc-kr", { high: true, refused: [[0xa4d4, 0xa4d4]] }],
  [
    "gb18030",
    {
      refused: [
        [0xa8bc, 0xa8bc],
        [0x8135f437, 0x8135f437],
      ],
    },
  ],
  [
    "big5",
    {
      refused: [
        [0x8740, 0xa0fe],
        [0xa1fe, 0xa240],
        [0xa3c0, 0xa3e1],
        [0xc6a1, 0xc8fe],
        [0xf9d6, 0xfefe],
      ],
      renamed: big5Renamed,
    },
  ],
  [
    "big5-hkscs",
    {
      refused: [
        [0x877a, 0x87df],
        [0xa1fe, 0xa240],
        [0xa27e, 0xa2a3],
        [0xa3c0, 0xa3e1],
        [0xc6cf, 0xc6cf],
        [0xc6d3, 0xc6d3],
        [0xc6d5, 0xc6d5],
        [0xc6d7, 0xc6d7],
        [0xc6df, 0xc6df],
        [0xfb48, 0xfb48],
        [0xfbf9, 0xfbf9],
        [0xfc6c, 0xfc6c],
        [0xfe52, 0xfe52],
      ],
      renamed: big5Renamed,
    },
  ],
]);
