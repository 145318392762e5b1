import assert from "node:assert/strict";
import { test } from "node:test";
import { Charset } from "#src/mime/charset.js";
import { charsetName } from "#src/mime/charset-encoding.js";
import { MessageError } from "#src/mime/message-error.js";
import { SinglePart } from "#src/mime/single-part.js";

/** Labels, and the registered name in small letters. */
const names: Readonly<Record<string, string>> = {
  win1252: "windows-1252",
  CP1252: "windows-1252",
  "x-cp1251": "windows-1251",
  latin1: "iso-8859-1",
  "ISO_8859-1:1987": "iso-8859-1",
  l2: "iso-8859-2",
  cyrillic: "iso-8859-5",
  "latin-9": "iso-8859-15",
  "ISO-8859-8-I": "iso-8859-8-i",
  ascii: "us-ascii",
  "ANSI_X3.4-1968": "us-ascii",
  utf8: "utf-8",
  csUTF8: "utf-8",
  ucs2: "utf-16le",
  koi8r: "koi8-r",
  cp866: "ibm866",
  "850": "ibm850",
  cp858: "ibm00858",
  mac: "macintosh",
  "x-sjis": "shift_jis",
  MS_Kanji: "shift_jis",
  cp932: "windows-31j",
  "Windows-31J": "windows-31j",
  EUCJP: "euc-jp",
  ks_c_5601_1987: "euc-kr",
  "windows-949": "euc-kr",
  csgb2312: "gb2312",
  cp936: "gbk",
  "x-gbk": "gbk",
  "x-x-big5": "big5",
  big5hkscs: "big5-hkscs",
  tis620: "tis-620",
};

for (const [label, name] of Object.entries(names)) {
  test(`${label} is the registered charset ${name}`, async () => {
    assert.equal((await Charset.load(label)).name, name);
    assert.equal(charsetName(label), name);
  });
}

test("refuses a name that is not registered, although iconv-lite knows it", async () => {
  for (const label of [
    "utf7-imap",
    "cp950",
    "cp1125",
    "mik",
    "maccyrillic",
    "koi8-t",
    "hex",
    "base64",
    "binary",
    "x-user-defined",
    "",
  ])
    await assert.rejects(Charset.load(label), { kind: "message", field: "charset" }, label);
});

/** By Python's codecs: what the registered set has and what it has not, and octets of the former in hexadecimal. */
const sets: readonly (readonly [label: string, has: string, octets: string, lacks: string])[] = [
  ["shift_jis", "日本〜−‖¢£¬ｱ", "93fa967b8160817c81618191819281cab1", "～－∥￠￡￢①㈱髙﨑Ⅷ"],
  ["windows-31j", "日本～①㈱髙", "93fa967b81608740878afbfc", "〜−"],
  ["euc-jp", "日本−ｱ丂", "c6fccbdca1dd8eb18fb0a1", "～－①Ⅷⅷ"],
  ["gb2312", "中国—".slice(0, 2), "d6d0b9fa", "國€鎔·⑴".replace("⑴", "ⅰ")],
  ["gbk", "中國鎔", "d6d087f8e667", "€㐀"],
  ["euc-kr", "한국가", "c7d1b1b9b0a1", "갂똠ㅤ"],
  ["big5", "中文￥".slice(0, 2), "a4a4a4e5", "㐀€￠"],
  ["iso-8859-1", "é¤", "e9a4", "€œ"],
  ["windows-1252", "€œ", "809c", "\u0081\ufffd☃"],
  ["iso-8859-7", "Ελ", "c5eb", "\ufffd"],
  ["macintosh", "é€Ω", "8edbbd", "¤\u2126\ufffd"],
  ["us-ascii", "", "", "é\ufffd"],
  ["windows-1255", "א", "e0", "\u05ba"],
];
for (const [label, has, octets, lacks] of sets) {
  test(`${label} writes what the registered set has, and refuses what only its extensions have`, async () => {
    const charset = await Charset.load(label);
    assert.equal(charset.encode(`a${has}`, "text").toString("hex"), `61${octets}`);
    for (const character of lacks) {
      assert.throws(
        () => charset.encode(`a${has}${character}`, "text"),
        (error) => error instanceof MessageError && error.position === has.length + 1,
        character,
      );
    }
  });
}

test("refuses an ASCII character that a charset lacks", async () => {
  const charset = await Charset.load("ibm864");
  assert.equal(charset.encode("a&z", "text").toString("latin1"), "a&z");
  assert.throws(
    () => charset.encode("50%", "text"),
    (error) => error instanceof MessageError && error.position === 2,
  );
});

test("refuses private characters and lone surrogates in every registered set but Unicode", async () => {
  for (const label of ["shift_jis", "windows-31j", "gbk", "gb18030", "big5", "big5-hkscs", "euc-kr"]) {
    const charset = await Charset.load(label);
    for (const character of ["\ue000", "\uf8ff", "\ud800", "\ufffd"])
      assert.throws(() => charset.encode(character, "text"), MessageError, label);
  }
});

test("writes the registered name into Content-Type, whatever the label", async () => {
  const charset = await Charset.load("win1252");
  const type = (part: SinglePart): string | undefined => part.encode({ eightBit: false }).headers[0]?.value;
  assert.equal(type(SinglePart.text("€", { charset })), "text/plain; charset=windows-1252");
  assert.equal(
    type(SinglePart.text("€", { charset, type: "text/csv; charset=CP1252" })),
    "text/csv; charset=windows-1252",
  );
  assert.equal(type(SinglePart.text("ü", { type: "text/plain; charset=UTF8" })), "text/plain; charset=utf-8");
  assert.equal(
    type(SinglePart.bytes(Buffer.of(0x80), "text/csv; charset=win1252")),
    "text/csv; charset=windows-1252",
  );
  // What others have encoded is named as they name it, if the name is not known here.
  assert.equal(
    type(SinglePart.bytes(Buffer.of(0x80), "text/csv; charset=iso-2022-jp")),
    "text/csv; charset=iso-2022-jp",
  );
});
