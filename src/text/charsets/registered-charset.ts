/** A charset of the IANA registry that can be written. */
export interface RegisteredCharset {
  /** The preferred MIME name, in lower case. */
  readonly name: string;
  /** The name in iconv-lite. */
  readonly codec: string;
}

/**
 * The registered charset that a label stands for: a name or alias of IANA's registry, of the WHATWG's table or of
 * iconv-lite, in any case and with any separators. If they differ, IANA's registry counts: `latin1` is `iso-8859-1`.
 *
 * @returns `undefined` if the label stands for no registered charset, or for one that iconv-lite cannot write.
 */
export function registeredCharset(label: string): RegisteredCharset | undefined {
  if (typeof label !== "string" || !/^[A-Za-z0-9_.:()+-]{1,60}$/.test(label)) return undefined;
  labels ??= byLabel();
  return labels.get(key(label));
}

let labels: Map<string, RegisteredCharset> | undefined;

/** Ignores case, separators, the year of a standard and the prefixes of aliases (`cs`, `x-`). */
function key(label: string): string {
  return label
    .toLowerCase()
    .replace(/:\d{4}$/, "")
    .replace(/[^0-9a-z]/g, "")
    .replace(/^(?:cs|x)(?=[a-z])/, "");
}

function byLabel(): Map<string, RegisteredCharset> {
  const map = new Map<string, RegisteredCharset>();
  for (const row of rows()) {
    const [name = "", codec = "", ...aliases] = row.split(" ");
    const charset = { name, codec };
    for (const label of [key(name), codec, ...aliases]) if (!map.has(label)) map.set(label, charset);
  }
  return map;
}

/** Name, codec, and further labels without separators. */
function rows(): string[] {
  return [
    ...parts(iso).map(([part = "", ...aliases]) => {
      const page = 28590 + Number(part);
      return `iso-8859-${part} iso8859${part} ${page} cp${page} ${aliases.join(" ")}`;
    }),
    ...parts(windows).map(
      ([page = "", ...aliases]) =>
        `windows-${page} windows${page} ${page} cp${page} win${page} ${aliases.join(" ")}`,
    ),
    ...parts(ibm).map(
      ([page = "", ...aliases]) => `ibm${page} cp${page} ${page} cp${page} ${aliases.join(" ")}`,
    ),
    ...irregular,
  ];
}

function parts(table: string): string[][] {
  return table.split("; ").map((row) => row.split(" "));
}

const irregular = [
  "utf-8 utf8 unicode11utf8 unicode20utf8",
  "utf-16 utf16",
  "utf-16le utf16le ucs2 iso10646ucs2 unicode unicodefeff",
  "utf-16be utf16be unicodefffe",
  "utf-32 utf32 ucs4 iso10646ucs4",
  "utf-32le utf32le ucs4le",
  "utf-32be utf32be ucs4be",
  "utf-7 utf7 unicode11utf7",
  "cesu-8 cesu8",
  "us-ascii ascii us ascii8bit ansix34 ansix341968 ansix341986 cp367 ibm367 isoir6 iso646us iso646irv iso646irv1991",
  "iso-8859-6-e iso88596",
  "iso-8859-6-i iso88596",
  "iso-8859-8-e iso88598 visual",
  "iso-8859-8-i iso88598 logical",
  "tis-620 tis620 tis6200 tis62025291 tis62025330 isoir166 iso885911 thai thai8 28601 cp28601",
  "koi8-r koi8r koi koi8 20866 cp20866 ibm878",
  "koi8-u koi8u koi8ru 21866 cp21866 ibm1168",
  "macintosh macroman mac 10000",
  "hp-roman8 hproman8 roman8 r8 ibm1051",
  "viscii viscii",
  "ptcp154 pt154 cp154 cyrillicasian",
  "kz-1048 rk1048 strk10482002",
  "ibm00858 cp858 ccsid00858 cp00858 pcmultilingual850euro 858 ibm858",
  "shift_jis shiftjis mskanji sjis",
  "windows-31j shiftjis ms31j windows932 ms932 cp932 932",
  "euc-jp eucjp eucpkdfmtjapanese extendedunixcodepackedformatforjapanese",
  "euc-kr euckr korean ksc5601 ksc56011987 ksc56011989 isoir149 windows949 ms949 cp949 949",
  "gb2312 gb2312 gb231280 gb23121980 euccn chinese iso58gb231280 isoir58",
  "gbk gbk cp936 ms936 windows936 936",
  "gb18030 gb18030",
  "big5 big5 cnbig5 xbig5",
  "big5-hkscs big5hkscs",
];
const iso =
  "1 latin1 l1 isoir100 cp819 ibm819 isolatin1; 2 latin2 l2 isoir101 isolatin2; 3 latin3 l3 isoir109 isolatin3; " +
  "4 latin4 l4 isoir110 isolatin4; 5 cyrillic isoir144 isolatincyrillic; " +
  "6 arabic arabic8 isoir127 ecma114 asmo708 isolatinarabic; " +
  "7 greek greek8 isoir126 ecma118 elot928 suneugreek isolatingreek; 8 hebrew hebrew8 isoir138 isolatinhebrew; " +
  "9 latin5 l5 turkish turkish8 isoir148 isolatin5; 10 latin6 l6 isoir157 isolatin6; 13 latin7 l7 isoir179; " +
  "14 latin8 l8 celtic celtic8 isoceltic isoir199; 15 latin9 l9 isoir203 isolatin9; 16 latin10 l10 isoir226";
const windows =
  "874 dos874; 1250 msee; 1251 mscyrl; 1252 msansi; 1253 msgreek; 1254 msturk; 1255 mshebr; 1256 msarab; " +
  "1257 winbaltrim; 1258";
const ibm =
  "437 pc8codepage437; 775 pc775baltic; 850 pc850multilingual; 852 pcp852; 855; 857; 860; 861 cpis; " +
  "862 pc862latinhebrew; 863; 864; 865; 866; 869 cpgr";
